// Pausing and resuming, from either side.
import assert from 'node:assert/strict';
import { hear, test } from './bull_queue.mjs';
import { make_fixture } from './fixture.mjs';

const it = await make_fixture();

test('our_pause_stops_nodes_workers_and_bulls_resume_starts_ours', async () => {
  await it.step('pause');
  assert.equal(await it.queue.isPaused(), true);
  const { heard, until } = await hear(it.queue, ['global:completed']);
  const node = it.open_queue(it.name);
  node.process(async () => 1);
  const job = await it.queue.add({});
  await it.step('add', { count: 2 });
  assert.deepEqual((await it.queue.getJobCounts()).paused, 3);
  assert.equal((await it.step('counts')).paused, 3);
  assert.deepEqual(await it.claim_all(), []);
  assert.equal(await job.getState(), 'paused');
  await it.queue.resume();
  await until('global:completed', 3);
  assert.equal(heard['global:completed'].length, 3);
});

test('bulls_pause_stops_our_workers_and_our_resume_starts_them', async () => {
  const worker = await it.work();
  await it.queue.pause();
  await it.step('add', { count: 3 });
  const late = await it.queue.add({}, { delay: 30 });
  assert.equal((await it.step('counts')).paused, 3);
  await it.step('resume');
  assert.equal(await it.queue.isPaused(), false);
  await worker.until_ended(4);
  assert.equal(await late.getState(), 'completed');
});

for (const [side, resume] of [['bulls', () => it.queue.resume()], ['our', () => it.step('resume')]]) {
  test(`what_was_pushed_past_the_pause_is_not_lost_at_${side}_resume`, async () => {
    const { ids } = await it.step('add', { count: 2 });
    await it.step('pause');
    // A producer that doesn't heed the pause.
    await it.redis.hset(it.key('999'), 'name', '__default__', 'data', '{}', 'opts', '{}', 'timestamp', Date.now(), 'delay', 0, 'priority', 0);
    await it.redis.lpush(it.key('wait'), '999');
    assert.equal((await it.step('counts')).paused, 3);
    await resume();
    assert.deepEqual((await it.claim_all()).sort(), [...ids, '999'].sort());
  });
}

test('what_is_active_ends_while_the_queue_is_paused', async () => {
  await it.step('add');
  const { id, token } = await it.step('claim');
  await it.queue.pause();
  await it.step('complete', { id, token, result: 1 });
  assert.equal((await it.queue.getJobCounts()).completed, 1);
  await it.queue.resume();
});

test('a_stalled_and_a_released_job_wait_paused', async () => {
  const { ids: [first, second] } = await it.step('add', { count: 2 });
  const now = Date.now();
  const one = await it.step('claim', { now, lease: 1_000 });
  const two = await it.step('claim', { now, lease: 60_000 });
  await it.queue.pause();
  await it.step('recover', { now: now + 5_000 });
  await it.step('release', { id: two.id, token: two.token, now: now + 5_000 });
  assert.deepEqual([one.id, two.id], [first, second]);
  assert.deepEqual((await it.queue.getJobs(['paused'])).map((job) => job.id).sort(), [first, second].sort());
  await it.queue.resume();
  assert.deepEqual(await it.claim_all(), [first, second]);
});
