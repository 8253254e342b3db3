// Bull's producers know nothing of vendors' turns; their jobs get fair places all the same, whoever works.
import assert from 'node:assert/strict';
import { hear, test } from './bull_queue.mjs';
import { make_fixture } from './fixture.mjs';
import { open_store } from './driver.mjs';

const it = await make_fixture();
const WINDOW = 1_000;  // The default.

const add_for = async (vendorId, count, more = {}) => {
  const ids = [];
  for (let i = 0; i < count; i += 500) {
    const jobs = Array.from({ length: Math.min(500, count - i) }, () => ({ data: { vendorId, ...more } }));
    ids.push(...(await it.queue.addBulk(jobs)).map((job) => job.id));
  }
  return ids;
};
// A process that does no work, as an API server of ours.
async function start_arranging() {
  // It looks after queues that are known when it comes up; of others it hears with their next job.
  await it.step('counts');
  const process = open_store(it.server.port, ['--listen']);
  it.at_end(process.kill);
  await process.step({ op: 'counts', queue: it.name });
  return process;
}
const until_arranged = async () => {
  while ((await it.redis.llen(it.key('wait'))) > WINDOW) await new Promise((resolve) => setTimeout(resolve, 5));
};

test('the_window_holds_what_it_can_and_the_rest_is_counted', async () => {
  await add_for('a', 700);
  assert.equal((await it.step('counts')).waiting, 700);
  assert.equal(await it.redis.llen(it.key('wait')), 700);
  await it.step('add', { vendor: 'b', count: 800 });
  assert.equal(await it.redis.llen(it.key('wait')), WINDOW);
  assert.equal((await it.queue.getJobCounts()).waiting, WINDOW);
  assert.equal((await it.step('counts')).waiting, 1_500);
  // Parked ones come through, in order.
  const ids = await it.claim_all();
  assert.equal(ids.length, 1_500);
  for (const mine of [ids.filter((id) => Number(id) <= Number(ids[0]) + 699), ids.filter((id) => Number(id) > Number(ids[0]) + 699)])
    assert.deepEqual(mine, [...mine].sort((x, y) => x - y));
  assert.equal(await it.redis.llen(it.key('wait')), 0);
});

test('the_window_foresees_the_order_of_many_vendors', async () => {
  for (let vendor = 0; vendor < 600; ++vendor) await it.step('add', { vendor: `v${vendor}`, count: 3 });
  const claim = async (count) => {
    const ids = [];
    for (let i = 0; i < count; ++i) ids.push((await it.step('claim')).id);
    return ids;
  };
  // Until more have come into the window at once than are looked at for it.
  await claim(200);
  const foreseen = (await it.redis.lrange(it.key('wait'), 0, -1)).reverse();
  assert.ok(foreseen.length >= 875 && foreseen.length <= WINDOW, String(foreseen.length));
  assert.deepEqual(await claim(foreseen.length), foreseen);
});

test('ten_jobs_are_not_kept_waiting_by_ten_thousand_on_workers_of_ours', async (t) => {
  await add_for('flood', 10_000);
  const few = await add_for('few', 10);
  const order = [];
  for (let i = 0; i < 60; ++i) order.push((await it.step('claim')).id);
  const places = few.map((id) => order.indexOf(id));
  assert.ok(places.every((place) => place >= 0), String(places));
  t.diagnostic(`places of the ten: ${places}`);
  // One of `flood` between two of `few`, once all are taken in.
  assert.ok(Math.max(...places) < 40, String(places));
  assert.equal((await it.step('counts')).waiting, 10_010 - 60);
});

const SLOTS = 4;  // Jobs that a worker has taken and not yet started.
test('ten_jobs_are_not_kept_waiting_by_ten_thousand_on_nodes_workers', async (t) => {
  await start_arranging();
  await add_for('flood', 10_000);
  await until_arranged();
  const { heard, until } = await hear(it.queue, ['global:completed']);
  const worker = it.open_queue(it.name);
  const started = [];
  worker.process(SLOTS, async (job) => { started.push(job.id); });
  await until('global:completed', 500);
  const few = await add_for('few', 10);
  // What was started meanwhile, in whatever time that took, was before them.
  const before = started.length;
  while (!few.every((id) => started.includes(id))) await until('global:completed', heard['global:completed'].length + 1);
  const places = few.map((id) => started.indexOf(id) - before);
  await worker.pause(true);
  t.diagnostic(`places of the ten: ${places}`);
  assert.ok(Math.max(...places) <= WINDOW + SLOTS, `the last came after ${Math.max(...places)} others`);
});

test('nodes_workers_get_all_that_is_parked', async () => {
  await start_arranging();
  const { until } = await hear(it.queue, ['global:completed']);
  await it.step('add', { vendor: 'a', count: 2_600 });
  assert.equal(await it.redis.llen(it.key('wait')), WINDOW);
  const worker = it.open_queue(it.name);
  worker.process(8, async () => 1);
  await until('global:completed', 2_600);
  assert.equal((await it.step('counts')).completed, 2_600);
});

for (const who of ['ours', 'nodes']) {
  test(`shares_follow_weights_on_workers_of_${who}`, async (t) => {
    const weights = { a: 3, b: 2, c: 1 };
    for (const [vendor, weight] of Object.entries(weights)) await it.step('share', { vendor, weight });
    await Promise.all(Object.keys(weights).map((vendor) => add_for(vendor, 5_000)));
    const taken = [];
    if (who === 'ours') {
      for (let i = 0; i < 6_000; ++i) taken.push((await it.step('claim')).job.vendor);
    } else {
      await start_arranging();
      await until_arranged();
      const { until } = await hear(it.queue, ['global:completed']);
      const worker = it.open_queue(it.name);
      worker.process(4, async (job) => { taken.push(job.data.vendorId); });
      await until('global:completed', 6_000);
      await worker.pause(true);
    }
    for (const [vendor, weight] of Object.entries(weights)) {
      const share = taken.slice(0, 6_000).filter((one) => one === vendor).length / 6_000;
      t.diagnostic(`${vendor}: ${share.toFixed(4)} of 6,000, due ${(weight / 6).toFixed(4)}`);
      assert.ok(Math.abs(share - weight / 6) < 0.02, `${vendor}: ${share}`);
    }
    for (const vendor of Object.keys(weights)) await it.step('share', { vendor, weight: 1 });
  }, 120_000);
}
