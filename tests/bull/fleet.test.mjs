// Two workers of Node's and two of ours on one queue, and one of them killed (-9) every now and then: no job is lost, and
// none is run again but by those who take back what a killed one had.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { hear, test } from './bull_queue.mjs';
import { make_fixture } from './fixture.mjs';

const it = await make_fixture();
const JOBS = 5_000;
const KILLS = 24;
const SEED = 20_261_124;
const LOCK_MS = 1_000;
const CHECK_MS = 500;

function random_from(seed) {
  return (below) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
}

async function start_node_worker() {
  const child = fork(new URL('node_worker.mjs', import.meta.url), [String(it.server.port), it.name, '4', String(LOCK_MS), String(CHECK_MS)]);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const ready = new Promise((resolve) => child.once('message', resolve));
  process.once('exit', () => child.kill('SIGKILL'));
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  it.at_end(kill);
  await ready;
  return { kind: 'node', kill };
}

async function start_our_worker() {
  const worker = await it.work(
    ['--slots', '4', '--lease-ms', String(LOCK_MS), '--recover-every-ms', String(CHECK_MS)],
    ['--stalled-interval-ms', String(CHECK_MS)]);
  return { kind: 'ours', kill: worker.kill };
}

test('a_mixed_fleet_loses_no_job_however_its_workers_die', async (t) => {
  const random = random_from(SEED);
  const { heard, until } = await hear(it.queue, ['global:completed', 'global:active', 'global:failed']);
  // Half of them from either side.
  for (let i = 0; i < JOBS / 2; i += 100) {
    await it.queue.addBulk(Array.from({ length: 100 }, (_, j) => ({ data: { vendorId: `v${(i + j) % 7}`, ms: (i + j) % 5 } })));
    await it.step('add', { count: 100, vendor: `v${(i / 100) % 5}`, data: { ms: 3 } });
  }
  const start = { node: start_node_worker, ours: start_our_worker };
  const fleet = await Promise.all([start.node(), start.node(), start.ours(), start.ours()]);
  const kills = { node: 0, ours: 0 };
  for (let i = 1; i <= KILLS; ++i) {
    await until('global:completed', Math.floor((JOBS * i) / (KILLS + 1)));
    const which = random(fleet.length);
    const { kind, kill } = fleet[which];
    await kill();
    ++kills[kind];
    fleet[which] = await start[kind]();
  }
  assert.ok(kills.node > 0 && kills.ours > 0);
  // How many were heard of before the question: the last may be while it is answered.
  for (let seen = heard['global:completed'].length; (await it.step('counts')).completed < JOBS; seen = heard['global:completed'].length)
    await until('global:completed', seen + 1);
  await Promise.all(fleet.map(({ kill }) => kill()));
  // What one of them had that another has ended meanwhile is noticed by whoever looks next.
  await it.step('recover', { now: Date.now() + LOCK_MS });

  const counts = await it.queue.getJobCounts();
  assert.deepEqual(counts, { waiting: 0, active: 0, completed: JOBS, failed: 0, delayed: 0, paused: 0 });
  // Each once. What is sent while a killed process' connection breaks may be missing; nothing may be twice.
  const completed = heard['global:completed'].map(([id]) => id);
  assert.equal(new Set(completed).size, completed.length);
  const runs = new Map();
  for (const [id] of heard['global:active']) runs.set(id, (runs.get(id) ?? 0) + 1);
  let again = 0;
  for (const [id, count] of runs) {
    if (count === 1) continue;
    const stalls = Number(await it.redis.hget(it.key(id), 'stalledCounter')) || 0;
    assert.ok(count <= 1 + stalls, `job ${id} was run ${count} times after ${stalls} stalls`);
    again += count - 1;
  }
  let by_node = 0;
  for (const id of completed) by_node += (await it.redis.hget(it.key(id), 'returnvalue')) === 'null' ? 0 : 1;
  t.diagnostic(`killed ${JSON.stringify(kills)}, run again ${again}, completed by Node ${by_node} of ${completed.length}`);
  assert.ok(by_node > JOBS / 20 && by_node < JOBS * 0.95);
  // No more than the slots of those that were killed.
  assert.ok(again <= KILLS * 4, `${again} runs again`);
}, 240_000);
