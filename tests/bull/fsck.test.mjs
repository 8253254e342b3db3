// What can be wrong with a queue's keys is found and mended: in queues of ours, and in those that Node left behind.
import assert from 'node:assert/strict';
import { test } from './bull_queue.mjs';
import { make_fixture } from './fixture.mjs';

const it = await make_fixture();

// Finding and mending: `words` are all that is found before; after it nothing is, and `runs` can be claimed, in any order.
async function found_and_mended(words, runs) {
  const { findings } = await it.step('fsck');
  assert.deepEqual(findings.map((one) => one.replace(/ \(.*/, '').replace(/.*: /, '')).sort(), [...words].sort(), findings.join('\n'));
  await it.step('fsck', { repair: true });
  assert.deepEqual((await it.step('fsck')).findings, []);
  const ids = await it.claim_all();
  assert.deepEqual([...ids].sort(), [...runs].sort());
}

// Both kinds of queues: one that our store has filled, and one that it has never seen.
const add_ours = async (count) => (await it.step('add', { count })).ids;
const add_nodes = async (count) => (await it.queue.addBulk(Array.from({ length: count }, () => ({ data: {} })))).map((job) => job.id);
const KINDS = { ours: add_ours, nodes: add_nodes };

for (const [kind, add] of Object.entries(KINDS)) {
  const corruption = (what, words, run) => test(`${what}: ${kind}`, async () => {
    const ids = await add(4);
    const runs = await run(ids);
    await found_and_mended(words(kind), runs);
  });

  corruption('a_job_without_a_place', () => ['lost'], async (ids) => {
    // As if a program had popped it and lost it.
    await it.redis.lrem(it.key('wait'), 0, ids[1]);
    if (kind === 'ours') await it.step('counts');
    return ids;
  });
  // Whose the waiting one was only its hash could tell; the vendor's count says so, too.
  const ghosts = { ours: ['ghost', 'ghost', 'ghost', 'vendor'], nodes: ['ghost', 'ghost', 'ghost'] };
  corruption('an_entry_without_a_job', () => ghosts[kind], async (ids) => {
    await it.redis.del(it.key(ids[3]));
    await it.redis.zadd(it.key('delayed'), 1, 'gone-1');
    await it.redis.zadd(it.key('failed'), 1, 'gone-2');
    return ids.slice(0, 3);
  });
  corruption('a_job_in_two_places', () => ['finished_on', 'in_several_places'], async (ids) => {
    await it.redis.zadd(it.key('completed'), Date.now(), ids[2]);
    return [ids[0], ids[1], ids[3]];
  });
  corruption('a_job_that_nobody_works_on', () => ['unlocked'], async (ids) => {
    const id = await it.redis.rpoplpush(it.key('wait'), it.key('active'));
    assert.equal(id, ids[0]);
    return ids;
  });
  corruption('locks_logs_and_priorities_of_nothing', () => ['stray_lock', 'stray_log', 'stray_priority'], async (ids) => {
    await it.redis.set(it.key(`${ids[0]}:lock`), 'x');
    await it.redis.rpush(it.key('none:logs'), 'row');
    await it.redis.zadd(it.key('priority'), 3, 'other');
    return ids;
  });
  corruption('a_hash_that_is_no_job', () => ['no_job'], async (ids) => {
    await it.redis.hset(it.key('777'), 'processedOn', 1);
    return ids;
  });
  corruption('times_that_differ', () => ['finished_on'], async (ids) => {
    const now = Date.now();
    await it.redis.hset(it.key('888'), 'name', 'x', 'data', '{}', 'finishedOn', now);
    await it.redis.zadd(it.key('completed'), now - 5, '888');
    return ids;
  });
}

test('our_own_counts_are_made_anew', async () => {
  const ids = [];
  for (const vendor of ['a', 'b', 'c']) ids.push(...(await it.step('add', { vendor, count: 5 })).ids);
  const own = `cutroom:bull:${it.name}:`;
  await it.redis.del(`${own}vendor:a`, `${own}window`, `${own}feed`);
  await it.redis.zrem(`${own}ready`, ...(await it.redis.zrange(`${own}ready`, 1, 1)));
  assert.notDeepEqual((await it.step('fsck')).findings, []);
  await it.step('fsck', { repair: true });
  assert.deepEqual((await it.step('fsck')).findings, []);
  assert.deepEqual((await it.claim_all()).sort(), ids.sort());
});

test('a_sound_queue_is_left_as_it_is', async () => {
  await it.step('add', { count: 50, vendor: 'a' });
  await it.step('add', { count: 5, delay: 60_000, vendor: 'b' });
  const { id, token } = await it.step('claim');
  await it.step('complete', { id, token, result: 1 });
  await it.step('claim');
  const report = await it.step('fsck');
  assert.deepEqual(report, { jobs: 55, findings: [] });
});

test('queues_whose_names_begin_alike_are_not_mistaken_for_each_other', async () => {
  const inner = it.open_queue(`${it.name}:inner`);
  await inner.add({});
  await it.step('add', { count: 2 });
  assert.deepEqual(await it.step('fsck'), { jobs: 2, findings: [] });
});
