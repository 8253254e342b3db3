// Workers that are gone, or were for longer than their locks: whichever side looks takes the job back.
import assert from 'node:assert/strict';
import { test } from './bull_queue.mjs';
import { make_fixture } from './fixture.mjs';

const CHECK_MS = 10;
const LOCK_MS = 30;
const it = await make_fixture(['--stalled-interval-ms', String(CHECK_MS)]);

const soon = () => new Promise((resolve) => setTimeout(resolve, 5));
const bulls = () => it.open_queue(it.name, { settings: { lockDuration: LOCK_MS, stalledInterval: CHECK_MS, maxStalledCount: 5 } });
const until_unlocked = async (id) => {
  while (await it.redis.exists(it.key(`${id}:lock`))) await soon();
};

test('a_job_whose_node_worker_is_gone_is_taken_back_by_us', async () => {
  const { ids: [id], batch } = await it.step('add', { batch: true, vendor: 'a' });
  const job = await bulls().moveToActive();
  assert.equal(job.id, id);
  await it.step('counts');
  while (!(await it.step('recover')).waiting.includes(id)) await soon();
  assert.equal((await it.step('get', { id })).stalls, 1);
  assert.equal((await it.step('batch', { id: batch })).active, 0);
  assert.deepEqual(await it.claim_all(), [id]);
});

test('a_job_whose_worker_of_ours_is_gone_is_taken_back_by_bull', async () => {
  await it.step('add', { vendor: 'a', count: 2 });
  const { id, token } = await it.step('claim', { lease: LOCK_MS });
  await until_unlocked(id);
  const queue = bulls();
  await queue.isReady();
  while ((await it.redis.lrange(it.key('active'), 0, -1)).includes(id)) {
    await queue.moveUnlockedJobsToWait();
    await soon();
  }
  const taken = await queue.moveToActive();
  assert.equal(taken.id, id);
  // What the first one brings late is refused, and does no harm to who has it now.
  assert.equal((await it.store.ask({ op: 'extend', id, token: `${token}` })).error, 'lease_lost');
  assert.equal((await it.store.ask({ op: 'complete', id, token, result: 1 })).error, 'lease_lost');
  await queue.client.set(it.key(`${id}:lock`), queue.token, 'PX', 60_000);
  await taken.moveToCompleted('done', false, true);
  const job = await it.step('get', { id });
  assert.deepEqual([job.state, job.result], ['completed', '"done"']);
  assert.deepEqual(await it.step('counts'), { waiting: 1, active: 0, completed: 1, failed: 0, delayed: 0, paused: 0 });
});

test('a_job_that_kills_each_worker_fails_at_last', async () => {
  const job = await it.queue.add({ vendorId: 'a' });
  await it.step('counts');  // From now on the store knows the queue.
  const queue = bulls();
  const failed = [];
  while (failed.length === 0) {
    await queue.moveToActive();
    const { waiting } = await it.step('recover');
    while (!failed.includes(job.id) && !waiting.includes(job.id)) {
      await soon();
      const found = await it.step('recover');
      waiting.push(...found.waiting);
      failed.push(...found.failed);
    }
  }
  assert.equal(await job.getState(), 'failed');
  assert.match((await it.queue.getJob(job.id)).failedReason, /stopped responding/);
});
