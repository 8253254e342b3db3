// Bull's limiter and metrics: our workers count with Bull's, under the same keys.
import assert from 'node:assert/strict';
import { test } from './bull_queue.mjs';
import { make_fixture } from './fixture.mjs';
import { open_store } from './driver.mjs';

const it = await make_fixture();
const MAX = 3;
const DURATION_MS = 3_600_000;

// A worker of ours and one of Bull's that keep the same limiter, step by step.
function limited() {
  const store = open_store(it.server.port, ['--limiter-max', String(MAX), '--limiter-ms', String(DURATION_MS)], ['--queue', it.name]);
  it.at_end(store.kill);
  return {
    claim: (words = {}) => store.step({ op: 'claim', queue: it.name, ...words }),
    remove: (id) => store.step({ op: 'remove', id }),
    bulls: it.open_queue(it.name, { limiter: { max: MAX, duration: DURATION_MS } }),
  };
}
const add = async (count) => (await it.queue.addBulk(Array.from({ length: count }, () => ({ data: {} })))).map((job) => job.id);

test('no_more_start_than_the_limiter_lets', async () => {
  const { claim } = limited();
  const ids = await add(5);
  const now = Date.now();
  for (let i = 0; i < MAX; ++i) assert.equal((await claim({ now })).id, ids[i]);
  const { id, due } = await claim({ now });
  assert.equal(id, undefined);
  // It says when to come again.
  assert.ok(due > now && due <= now + DURATION_MS, `${due - now}`);
  assert.equal((await it.queue.getJobCounts()).waiting, 2);
  await it.redis.del(it.key('limiter'));  // As when its time is over.
  assert.equal((await claim()).id, ids[3]);
});

test('what_bulls_worker_starts_counts_for_ours_and_the_reverse', async () => {
  const { claim, bulls } = limited();
  const ids = await add(5);
  assert.equal((await bulls.moveToActive()).id, ids[0]);
  assert.equal((await claim()).id, ids[1]);
  assert.equal((await bulls.moveToActive()).id, ids[2]);
  assert.equal((await claim()).id, undefined);
  assert.ok(!(await bulls.moveToActive()));
  assert.equal(await it.redis.get(it.key('limiter')), String(MAX));
  assert.ok((await it.redis.pttl(it.key('limiter'))) > 0);
});

test('a_job_that_bulls_worker_put_off_is_taken_by_ours_without_a_trace', async () => {
  const { claim, remove, bulls } = limited();
  const ids = await add(MAX + 2);
  for (let i = 0; i < MAX + 2; ++i) await bulls.moveToActive();
  assert.equal(await bulls.getDelayedCount(), 2);
  assert.equal(await it.redis.scard(it.key('limiter:limited')), 2);
  await it.redis.del(it.key('limiter'));
  assert.equal((await claim({ now: Date.now() + 4 * DURATION_MS })).id, ids[MAX]);
  assert.deepEqual(await it.redis.smembers(it.key('limiter:limited')), [ids[MAX + 1]]);
  assert.equal((await claim({ now: Date.now() + 4 * DURATION_MS })).id, ids[MAX + 1]);
  assert.equal(await it.redis.exists(it.key('limiter:limited'), it.key('limiter:index')), 0);

  const [, , , put_off] = await add(MAX + 1);
  await it.redis.del(it.key('limiter'));
  for (let i = 0; i < MAX + 1; ++i) await bulls.moveToActive();
  await remove(put_off);
  assert.equal(await it.redis.exists(it.key('limiter:limited'), it.key('limiter:index')), 0);
});

test('a_worker_of_ours_goes_on_by_itself_when_the_limiter_begins_anew', async () => {
  await add(4);
  const worker = await it.work([], ['--limiter-max', '2', '--limiter-ms', '100']);
  await worker.until_ended(4);
});

test('metrics_are_as_bull_keeps_them', async () => {
  const POINTS = 6;
  const store = open_store(it.server.port, ['--metrics-points', String(POINTS)]);
  it.at_end(store.kill);
  const bulls = it.open_queue(`${it.name}-bulls`, { metrics: { maxDataPoints: POINTS } });
  const ours = it.open_queue(`${it.name}-ours`);
  const real_now = Date.now;
  const minutes = [0, 0, 0.5, 1.5, 1.5, 1.7, 2, 4, 4.1, 4.2, 9, 30, 31];
  const start = real_now();
  try {
    for (const [i, minute] of minutes.entries()) {
      const now = start + minute * 60_000;
      Date.now = () => now;
      const is_failure = i % 3 === 2;
      await bulls.add({});
      const job = await bulls.moveToActive();
      if (is_failure) await job.moveToFailed(new Error('no'));
      else await job.moveToCompleted(1, false, true);
      const words = { queue: ours.name, now };
      await store.step({ op: 'add', attempts: 1, ...words });
      const { id, token } = await store.step({ op: 'claim', ...words });
      await store.step({ op: is_failure ? 'fail' : 'complete', id, token, ...words });
    }
  } finally {
    Date.now = real_now;
  }
  for (const type of ['completed', 'failed']) {
    const metrics = await ours.getMetrics(type);
    assert.deepEqual(metrics, await bulls.getMetrics(type));
    assert.equal(metrics.data.length, POINTS);
  }
});
