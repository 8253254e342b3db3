// Repeatable jobs: whoever takes one schedules the next, as Bull would.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from './bull_queue.mjs';
import { make_fixture } from './fixture.mjs';

const it = await make_fixture();
const require = createRequire(import.meta.url);
const cron_parser = require('cron-parser');

const delayed = async () => (await it.queue.getDelayed()).map(({ id, name, data, opts }) => ({ id, name, data, opts }));
// Takes the one that is due, some time after it was.
async function take_next(late = 5) {
  const [job] = await it.queue.getDelayed();
  const now = job.timestamp + job.delay + late;
  const claimed = await it.step('claim', { now });
  assert.equal(claimed.id, job.id);
  await it.step('complete', { id: claimed.id, token: claimed.token, result: 1, now });
  return now;
}

test('a_series_goes_on_with_the_job_that_bull_would_add', async () => {
  const kinds = [
    { every: 60_000 },
    { every: 7_001, limit: 5 },
    { cron: '*/5 * * * *' },
    { cron: '15 30 2 * * 1-5', tz: 'Europe/Madrid' },
    { cron: '0 3 L * *', tz: 'America/New_York', endDate: new Date(Date.now() + 3e11).toISOString() },
    { cron: '0 0 * * 0', startDate: Date.now() + 1e9 },
  ];
  for (const [i, repeat] of kinds.entries()) {
    await it.queue.add(`kind-${i}`, { i }, { repeat, attempts: 3, backoff: 100, jobId: i % 2 ? `id-${i}` : undefined });
    for (let round = 0; round < 3; ++round) {
      const [before] = await it.queue.getDelayed();
      const now = await take_next();
      const ours = await delayed();
      const ours_repeat = await it.redis.zrange(it.key('repeat'), 0, -1, 'WITHSCORES');
      // Bull's own step from the same state.
      await it.queue.getDelayed().then((jobs) => Promise.all(jobs.map((job) => job.remove())));
      const real_now = Date.now;
      Date.now = () => now;
      await it.queue.nextRepeatableJob(before.name, before.data, before.opts);
      Date.now = real_now;
      assert.deepEqual(ours, await delayed(), JSON.stringify(repeat));
      assert.deepEqual(ours_repeat, await it.redis.zrange(it.key('repeat'), 0, -1, 'WITHSCORES'));
    }
    await it.queue.removeRepeatable(`kind-${i}`, { ...repeat, jobId: i % 2 ? `id-${i}` : undefined });
    assert.deepEqual(await delayed(), []);
  }
});

test('a_series_runs_on_a_worker_of_ours_alone', async () => {
  await it.queue.add('tick', {}, { repeat: { every: 100 } });
  const worker = await it.work();
  await worker.until_ended(5);
  assert.equal(new Set(worker.ids('claimed')).size, worker.ids('claimed').length);
  assert.equal((await it.queue.getRepeatableJobs()).length, 1);
});

test('a_series_that_was_removed_ends', async () => {
  await it.queue.add('tick', {}, { repeat: { every: 1_000 } });
  const [job] = await it.queue.getDelayed();
  await it.redis.del(it.key('repeat'));
  await it.step('claim', { now: job.timestamp + 2_000 });
  assert.equal(await it.queue.getDelayedCount(), 0);
});

test('a_limit_and_an_end_are_kept', async () => {
  await it.queue.add('twice', {}, { repeat: { every: 1_000, limit: 2 } });
  await take_next();
  await take_next();
  assert.equal(await it.queue.getDelayedCount(), 0);
});

test('next_runs_are_those_of_cron_parser', async () => {
  let seed = 20_261_124;
  const random = (below) => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
  const pick = (list) => list[random(list.length)];
  const field = (lowest, highest, names = []) => pick([
    () => '*', () => '*', () => String(lowest + random(highest - lowest + 1)), () => `*/${1 + random(9)}`,
    () => { const a = lowest + random(highest - lowest); return `${a}-${a + 1 + random(highest - a)}`; },
    () => `${lowest + random(3)},${lowest + 3 + random(3)}`, () => `${lowest + random(5)}/${2 + random(4)}`,
    () => (names.length ? pick(names) : '*')])();
  const zones = ['UTC', 'Europe/Madrid', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'];
  const wrong = [];
  let compared = 0;
  for (let i = 0; i < 1_500; ++i) {
    const fields = [field(0, 59), field(0, 23), pick([() => field(1, 28), () => 'L'])(), field(1, 12, ['JAN', 'oct']),
      pick([() => field(0, 6, ['mon', 'FRI']), () => field(0, 6), () => `${random(7)}#${1 + random(4)}`, () => `${random(7)}L`, () => '?'])()];
    if (random(3) === 0) fields.unshift(field(0, 59));
    const cron = fields.join(' ');
    const tz = pick(zones);
    // Around the changes of clocks, mostly.
    const base = pick([Date.UTC(2026, 2, 29), Date.UTC(2026, 9, 25), Date.UTC(2026, 10, 1), Date.UTC(2027, 2, 14), Date.UTC(2028, 1, 28)]);
    const now = base - 43_200_000 + random(86_400_000);
    let expected;
    try {
      expected = cron_parser.parseExpression(cron, { currentDate: new Date(now), tz }).next().getTime();
    } catch {
      continue;
    }
    ++compared;
    const { next } = await it.store.ask({ op: 'next_run', cron, tz, now });
    if (next !== expected) wrong.push([cron, tz, new Date(now).toISOString(), new Date(expected).toISOString(), next && new Date(next).toISOString()].join(' | '));
  }
  assert.deepEqual(wrong, []);
  assert.ok(compared > 1_000, `${compared} compared`);
}, 120_000);
