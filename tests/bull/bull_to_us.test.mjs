// Bull's producers add, our workers work: order, hash fields, events, states.
import assert from 'node:assert/strict';
import { hear, test } from './bull_queue.mjs';
import { make_fixture } from './fixture.mjs';

const it = await make_fixture();
const hash_of = (id) => it.redis.hgetall(it.key(id));

test('jobs_added_one_by_one_are_worked_in_order_and_end_as_bull_ends_them', async () => {
  const added = [];
  for (let i = 0; i < 5; ++i) added.push(await it.queue.add({ i, result: { r: i } }));
  const worker = await it.work();
  await worker.until_ended(5);
  assert.deepEqual(worker.ids('completed'), added.map((job) => job.id));
  for (const [i, { id }] of added.entries()) {
    const job = await it.queue.getJob(id);
    assert.deepEqual(job.data, { i, result: { r: i } });
    assert.deepEqual(job.returnvalue, { r: i });
    assert.equal(job.attemptsMade, 0);
    assert.ok(job.processedOn >= job.timestamp && job.finishedOn >= job.processedOn);
    assert.equal(await job.getState(), 'completed');
    assert.equal(await it.redis.zscore(it.key('completed'), id), String(job.finishedOn));
    assert.equal(await it.redis.exists(it.key(`${id}:lock`)), 0);
  }
  assert.deepEqual(await it.queue.getJobCounts(), { waiting: 0, active: 0, completed: 5, failed: 0, delayed: 0, paused: 0 });
});

test('a_bulk_is_worked_in_order', async () => {
  const jobs = await it.queue.addBulk(Array.from({ length: 40 }, (_, i) => ({ data: { i } })));
  const worker = await it.work();
  await worker.until_ended(40);
  assert.deepEqual(worker.ids('claimed'), jobs.map((job) => job.id));
});

test('a_delayed_job_wakes_an_idle_worker_when_it_is_due', async () => {
  const worker = await it.work();
  const job = await it.queue.add({}, { delay: 150 });
  assert.equal(await job.getState(), 'delayed');
  await worker.until_ended(1);
  const done = await it.queue.getJob(job.id);
  assert.ok(done.processedOn >= job.timestamp + 150);
  assert.equal((await hash_of(job.id)).delay, '0');
});

test('priorities_and_lifo_are_kept', async () => {
  const add = async (data, opts) => (await it.queue.add(data, opts)).id;
  const plain = await add({});
  const fifth = await add({}, { priority: 5 });
  const first = await add({}, { priority: 1 });
  const again_first = await add({}, { priority: 1 });
  assert.deepEqual(await it.claim_all(), [first, again_first, fifth, plain]);
  const before = await add({});
  const late = await add({}, { lifo: true });
  const latest = await add({}, { lifo: true });
  assert.deepEqual(await it.claim_all(), [latest, late, before]);
  assert.equal(await it.redis.zcard(it.key('priority')), 0);
});

test('a_job_under_an_id_of_its_producers_own_is_worked', async () => {
  const ids = ['order-17', 'Größe 4', '007', 'a:b', 'x'.repeat(200)];
  for (const jobId of ids) await it.queue.add({ jobId }, { jobId });
  await it.queue.add({}, { jobId: 'order-17' });
  const worker = await it.work();
  await worker.until_ended(ids.length);
  assert.deepEqual(worker.ids('completed'), ids);
  for (const id of ids) assert.equal(await (await it.queue.getJob(id)).getState(), 'completed');
});

test('two_queues_may_have_jobs_with_the_same_numbers', async () => {
  const other = it.open_queue(`${it.name}-other`);
  await it.redis.set(`bull:${it.name}-other:id`, await it.redis.get(it.key('id')));
  const [here, there] = [await it.queue.add({}), await other.add({})];
  assert.equal(here.id, there.id);
  const worker = await it.work(['--queue', `${it.name}-other`]);
  await worker.until_ended(2);
  assert.deepEqual([await here.getState(), await there.getState()], ['completed', 'completed']);
});

test('attempts_are_counted_and_told_as_bull_does', async () => {
  const job = await it.queue.add({ fail: 2 }, { attempts: 3 });
  const worker = await it.work();
  await worker.until_ended(1);
  const done = await it.queue.getJob(job.id);
  assert.equal(done.attemptsMade, 2);
  assert.equal(done.stacktrace.length, 2);
  assert.equal(done.failedReason, 'as its data says');
  assert.equal(await done.getState(), 'completed');
});

test('a_job_without_attempts_left_fails_for_good', async () => {
  const job = await it.queue.add({ fail: 9 }, { attempts: 2, stackTraceLimit: 1 });
  const worker = await it.work();
  await worker.until_ended(1, 'failed');
  const done = await it.queue.getJob(job.id);
  assert.deepEqual([done.attemptsMade, done.stacktrace.length, done.failedReason], [2, 1, 'as its data says']);
  assert.equal(await done.getState(), 'failed');
});

const BACKOFFS = {
  none: { opts: {}, pauses: [0, 0, 0] },
  number: { opts: { backoff: 40 }, pauses: [40, 40, 40] },
  fixed: { opts: { backoff: { type: 'fixed', delay: 40 } }, pauses: [40, 40, 40] },
  exponential: { opts: { backoff: { type: 'exponential', delay: 30 } }, pauses: [30, 90, 210] },
};
for (const [kind, { opts, pauses }] of Object.entries(BACKOFFS)) {
  test(`the_pause_between_attempts_is_bulls: ${kind}`, async () => {
    const { id } = await it.queue.add({}, { attempts: 4, ...opts });
    const found = [];
    for (let attempt = 0, now = Date.now(); attempt < 3; ++attempt) {
      const claimed = await it.step('claim', { now });
      assert.equal(claimed.id, id);
      const pause = claimed.job.nextBackoff;
      found.push(pause);
      await it.step('retry_at', { id, token: claimed.token, reason: 'x', run_at: now + pause, now });
      now += pause + 1;
    }
    assert.deepEqual(found, pauses);
  });
}

test('a_timeout_ends_the_attempt', async () => {
  const job = await it.queue.add({ ms: 5_000 }, { timeout: 50 });
  const worker = await it.work();
  await worker.until_ended(1, 'failed');
  assert.equal((await it.queue.getJob(job.id)).failedReason, 'Promise timed out after 50 milliseconds');
});

test('node_hears_all_that_happens_to_its_jobs', async () => {
  const names = ['waiting', 'active', 'progress', 'completed', 'failed', 'drained', 'paused', 'resumed'];
  const { heard, until } = await hear(it.queue, names.map((event) => `global:${event}`));
  const good = await it.queue.add({});
  const bad = await it.queue.add({});
  const delayed = await it.queue.add({}, { delay: 1_000 });
  const now = Date.now();
  let { id, token } = await it.step('claim', { now });
  await it.step('progress', { id, token, percent: 40 });
  await it.step('complete', { id, token, result: { 'a "b"': ['ü\n', null] }, now });
  ({ id, token } = await it.step('claim', { now: now + 2_000 }));
  await it.step('retry_at', { id, token, reason: 'once', run_at: now + 2_000, now: now + 2_000 });
  await it.step('pause');
  await it.step('resume');
  ({ id, token } = await it.step('claim', { now: now + 2_001 }));
  await it.step('fail', { id, token, reason: 'it said "no"\n\u2028\\', now: now + 2_001 });
  await until('global:failed');
  const ids_of = (event) => heard[`global:${event}`].map((args) => args[0]);
  assert.deepEqual(ids_of('waiting'), [good.id, bad.id, delayed.id, bad.id]);
  assert.deepEqual(ids_of('active'), [good.id, bad.id, bad.id]);
  assert.deepEqual(heard['global:progress'], [[good.id, 40]]);
  const told = (event) => heard[`global:${event}`].map(([one, value]) => [one, value]);
  assert.deepEqual(told('completed').map(([one, value]) => [one, JSON.parse(value)]),
    [[good.id, { 'a "b"': ['ü\n', null] }]]);
  assert.deepEqual(told('failed'), [[bad.id, 'it said "no"\n\u2028\\']]);
  assert.deepEqual([ids_of('paused').length, ids_of('resumed').length], [1, 1]);
  await it.step('claim', { now: now + 2_001 });
  await it.step('claim', { now: now + 2_001 });
  await until('global:drained');
});

test('finished_resolves_with_the_result_and_rejects_with_the_reason', async () => {
  const good = await it.queue.add({ result: { url: 'http://x/1.png' } });
  const bad = await it.queue.add({ fail: 1 });
  const ends = [good.finished(), assert.rejects(bad.finished(), /^Error: as its data says$/)];
  await it.work();
  assert.deepEqual((await Promise.all(ends))[0], { url: 'http://x/1.png' });
  assert.deepEqual(await good.finished(), { url: 'http://x/1.png' });
});

test('states_and_counts_are_right_in_between', async () => {
  const [first, second] = [await it.queue.add({}), await it.queue.add({})];
  const later = await it.queue.add({}, { delay: 60_000 });
  const { id, token } = await it.step('claim');
  assert.equal(id, first.id);
  const states = () => Promise.all([first, second, later].map((job) => job.getState()));
  assert.deepEqual(await states(), ['active', 'waiting', 'delayed']);
  assert.deepEqual(await it.queue.getJobCounts(), { waiting: 1, active: 1, completed: 0, failed: 0, delayed: 1, paused: 0 });
  assert.deepEqual((await it.queue.getActive()).map((job) => job.id), [first.id]);
  assert.deepEqual((await it.queue.getWaiting()).map((job) => job.id), [second.id]);
  await it.step('pause');
  assert.deepEqual(await states(), ['active', 'paused', 'delayed']);
  await it.step('resume');
  await it.step('promote', { id: later.id });
  await it.step('fail', { id, token, reason: 'no' });
  assert.deepEqual(await states(), ['failed', 'waiting', 'waiting']);
});

test('ended_jobs_are_kept_or_forgotten_as_their_producer_said', async () => {
  const run_one = async (data, opts, now) => {
    const job = await it.queue.add(data, opts);
    const { id, token } = await it.step('claim', { now });
    assert.equal(id, job.id);
    if (data.fail) await it.step('fail', { id, token, reason: 'no', now });
    else await it.step('complete', { id, token, result: 1, now });
    return id;
  };
  const start = Date.now() + 1_000;
  const { until } = await hear(it.queue, ['global:completed']);
  const gone = await run_one({}, { removeOnComplete: true }, start);
  assert.equal((await until('global:completed'))[0][0], gone, 'told all the same');
  assert.equal(await it.queue.getJob(gone), null);
  assert.equal(await it.redis.exists(it.key(`${gone}:logs`)), 0);
  const failed_gone = await run_one({ fail: 1 }, { removeOnFail: true }, start);
  assert.equal(await it.queue.getJob(failed_gone), null);
  const kept = [];
  for (let i = 0; i < 4; ++i) kept.push(await run_one({}, { removeOnComplete: 2 }, start + i));
  assert.deepEqual((await it.queue.getCompleted()).map((job) => job.id), [kept[3], kept[2]]);
  assert.equal(await it.queue.getJob(kept[1]), null);
  const young = await run_one({}, { removeOnComplete: { age: 10 } }, start + 10_002);
  assert.deepEqual((await it.queue.getCompleted()).map((job) => job.id), [young, kept[3]]);
  const counted = await run_one({}, { removeOnComplete: { age: 10, count: 1 } }, start + 10_003);
  assert.deepEqual((await it.queue.getCompleted()).map((job) => job.id), [counted]);
});

test('a_debounce_ends_with_its_job', async () => {
  const job = await it.queue.add({}, { debounce: { id: 'once' } });
  assert.equal((await it.queue.add({}, { debounce: { id: 'once' } })).id, job.id);
  const { id, token } = await it.step('claim');
  await it.step('complete', { id, token, result: 1 });
  assert.notEqual((await it.queue.add({}, { debounce: { id: 'once' } })).id, job.id);
});

test('a_job_whose_hash_is_gone_is_not_run', async () => {
  const ghost = await it.queue.add({});
  const real = await it.queue.add({});
  await it.redis.del(it.key(`${ghost.id}`));
  assert.deepEqual(await it.claim_all(), [real.id]);
  assert.equal(await it.redis.exists(it.key(`${ghost.id}`)), 0);
});

test('where_another_program_is_met_wait_has_no_job_whose_hash_is_gone', async () => {
  const { ids } = await it.step('add', { count: 3 });
  await it.redis.del(it.key(ids[1]));
  const theirs = await it.queue.add({});
  assert.equal((await it.step('counts')).waiting, 3);
  assert.deepEqual(await it.redis.lrange(it.key('wait'), 0, -1), [theirs.id, ids[2], ids[0]]);
  assert.deepEqual(await it.claim_all(), [ids[0], ids[2], theirs.id]);
});

test('a_running_job_whose_hash_is_gone_is_no_more_when_its_lease_has_run_out', async () => {
  await it.step('add', { count: 1 });
  const { id } = await it.step('claim');
  await it.redis.del(it.key(id), it.key(`${id}:lock`));
  await it.step('recover', { now: Date.now() + 60_000 });
  assert.equal((await it.step('counts')).active, 0);
  assert.deepEqual(await it.redis.lrange(it.key('active'), 0, -1), []);
  assert.equal(await it.redis.exists(it.key(id)), 0);
});

test('a_delayed_job_takes_its_old_place_before_those_that_came_later', async () => {
  const delayed = await it.queue.add({}, { delay: 1_000 });
  const { ids } = await it.step('add', { count: 3 });
  const rest = await it.queue.add({});
  assert.deepEqual(await it.claim_all({ now: Date.now() + 2_000 }), [delayed.id, ...ids, rest.id]);
});

test('a_job_that_node_removes_is_gone_for_us_too', async () => {
  const jobs = [];
  for (let i = 0; i < 4; ++i) jobs.push(await it.queue.add({ i }));
  await it.step('counts');
  await jobs[1].remove();
  await jobs[3].remove();
  const { waiting } = await it.step('counts');
  assert.equal(waiting, 2);
  assert.deepEqual(await it.claim_all(), [jobs[0].id, jobs[2].id]);
});
