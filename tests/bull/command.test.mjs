// cutroom queue fsck, and what a fleet's own programs look like to Bull.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from './bull_queue.mjs';
import { make_fixture } from './fixture.mjs';

const it = await make_fixture();
const cutroom = (...args) => new Promise((resolve) => {
  const redis = ['--redis', `redis://127.0.0.1:${it.server.port}`];
  execFile(process.env.CUTROOM_BINARY, ['queue', 'fsck', ...redis, ...args], (error, stdout, stderr) =>
    resolve({ code: error?.code ?? 0, stdout, stderr }));
});

test('queue_fsck_finds_nothing_in_a_sound_queue', async () => {
  await it.step('add', { count: 3 });
  assert.deepEqual(await cutroom(it.name), { code: 0, stdout: `${it.name}: 3 jobs, nothing wrong\n`, stderr: '' });
});

test('queue_fsck_says_what_is_wrong_and_mends_it_when_told', async () => {
  const jobs = await it.queue.addBulk([{ data: {} }, { data: {} }]);
  await it.redis.lrem(it.key('wait'), 0, jobs[0].id);
  const lines = `${it.name} ${jobs[0].id}: lost\n${it.name}: 2 jobs, 1 wrong`;
  assert.deepEqual(await cutroom(it.name), { code: 1, stdout: `${lines}\n`, stderr: '' });
  assert.deepEqual(await cutroom('--repair', it.name), { code: 0, stdout: `${lines}, repaired\n`, stderr: '' });
  assert.deepEqual((await cutroom(it.name)).code, 0);
  assert.equal((await it.queue.getJobCounts()).waiting, 2);
});

test('queue_fsck_goes_through_all_queues', async () => {
  await it.queue.add({});
  const { code, stdout } = await cutroom();
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`^${it.name}: 1 job, nothing wrong$`, 'm'));
});

test('queue_fsck_without_a_redis_says_so', async () => {
  const answer = await new Promise((resolve) => {
    const environment = { ...process.env, REDIS_HOST: '', REDIS_URL: '' };
    execFile(process.env.CUTROOM_BINARY, ['queue', 'fsck'], { env: environment }, (error, stdout, stderr) => resolve({ code: error?.code, stderr }));
  });
  assert.equal(answer.code, 2);
  assert.match(answer.stderr, /--redis/);
});
