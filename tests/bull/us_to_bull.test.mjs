// Our producers add, Node's workers work.
import assert from 'node:assert/strict';
import { hear, test } from './bull_queue.mjs';
import { make_fixture } from './fixture.mjs';

const it = await make_fixture();

// A worker of Bull's on the queue; `handler` may be told to fail.
const node_work = (handler, concurrency = 1, more = {}) => {
  const queue = it.open_queue(it.name, more);
  queue.process(concurrency, handler);
  return queue;
};

test('a_node_worker_gets_the_job_as_it_was_added', async () => {
  const { ids: [id] } = await it.step('add', {
    vendor: 'v-1', data: { photoUrl: 'http://x/1.png' }, attempts: 4, backoff: 250, timeout: 9_000, priority: 7 });
  const { until } = await hear(it.queue, ['global:completed']);
  const seen = [];
  node_work(async (job) => { seen.push(job.toJSON()); return { done: true }; });
  assert.deepEqual((await until('global:completed'))[0].slice(0, 2), [id, '{"done":true}']);
  const [job] = seen;
  assert.deepEqual([job.id, job.name, job.data], [id, '__default__', { photoUrl: 'http://x/1.png' }]);
  assert.deepEqual([job.opts.attempts, job.opts.backoff.type, job.opts.backoff.delay, job.opts.timeout, job.opts.priority],
    [4, 'exponential', 250, 9_000, 994]);
  const ours = await it.step('get', { id });
  assert.deepEqual([ours.state, ours.result, ours.attemptsMade], ['completed', '{"done":true}', 1]);
});

test('bulk_order_and_priorities_are_those_of_our_store', async () => {
  const { ids: plain } = await it.step('add', { count: 5 });
  const { ids: [urgent] } = await it.step('add', { priority: 10 });
  const { until } = await hear(it.queue, ['global:completed']);
  node_work(async () => 1);
  assert.deepEqual((await until('global:completed', 6)).map((args) => args[0]), [urgent, ...plain]);
  assert.equal(await it.redis.zcard(it.key('priority')), 0);
});

test('a_delayed_job_wakes_an_idle_node_worker', async () => {
  const queue = node_work(async () => 1);
  await queue.isReady();
  const { until } = await hear(it.queue, ['global:completed']);
  const { ids: [id] } = await it.step('add', { delay: 120 });
  await until('global:completed');
  const job = await it.queue.getJob(id);
  assert.ok(job.processedOn >= job.timestamp + 120);
  // Bull looks for what is due at least each 5 s: it was told.
  assert.ok(job.processedOn < job.timestamp + 4_000);
});

test('attempts_and_backoff_are_honoured_by_node', async () => {
  const { ids: [id] } = await it.step('add', { attempts: 3, backoff: 30 });
  const { until } = await hear(it.queue, ['global:failed']);
  const starts = [];
  node_work(async () => { starts.push(Date.now()); throw new Error('no good'); });
  await until('global:failed');
  assert.equal(starts.length, 3);
  assert.ok(starts[1] - starts[0] >= 30 && starts[2] - starts[1] >= 90);
  const job = await it.step('get', { id });
  assert.deepEqual([job.state, job.attemptsMade, job.failedReason], ['failed', 3, 'no good']);
  assert.equal((await it.step('counts')).failed, 1);
});

test('a_dead_letter_of_nodes_can_be_retried_by_us', async () => {
  const { ids: [id] } = await it.step('add', { attempts: 1 });
  const { until } = await hear(it.queue, ['global:failed', 'global:completed']);
  let good = false;
  node_work(async () => { if (!good) throw new Error('no good'); });
  await until('global:failed');
  good = true;
  await it.step('retry', { id });
  await until('global:completed');
  assert.equal((await it.step('get', { id })).state, 'completed');
});

test('a_batch_is_done_when_node_has_worked_its_jobs', async () => {
  const { ids, batch } = await it.step('add', { count: 6, batch: true, attempts: 2, backoff: 10 });
  const { until } = await hear(it.queue, ['global:completed', 'global:failed']);
  const failed_once = new Set();
  node_work(async (job) => {
    if (job.id === ids[0]) throw new Error('never');
    if (job.id === ids[1] && !failed_once.has(job.id)) {
      failed_once.add(job.id);
      throw new Error('once');
    }
  }, 2);
  await until('global:completed', 5);
  await until('global:failed');
  await it.step('counts');
  assert.deepEqual(await it.step('batch', { id: batch }),
    { total: 6, active: 0, delayed: 0, completed: 5, failed: 1, removed: 0, done: true });
});

test('retention_and_progress_of_a_node_worker_show_in_our_store', async () => {
  const { ids: [id] } = await it.step('add');
  const { until } = await hear(it.queue, ['global:progress']);
  let finish;
  node_work(async (job) => { await job.progress(55); await new Promise((resolve) => { finish = resolve; }); });
  await until('global:progress');
  const job = await it.step('get', { id });
  assert.deepEqual([job.state, job.progress], ['active', 55]);
  assert.equal((await it.store.ask({ op: 'cancel', id })).error, 'conflict');
  finish();
});
