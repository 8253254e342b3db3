// The same random operations by Bull and by our store, with the same clock: afterwards all keys hold the same, but for
// what is our own.
//
// Where ours differs on purpose the sequences keep away from it:
// - One vendor (several get fair turns), and fewer jobs than the window holds.
// - What comes back, promoted or after a pause, goes to the back of Bull's list and to the job's old place in ours; so it
//   comes back one at a time, and while nothing else waits. Bull forgets the priority's order then; so such jobs have none.
// - Our claim makes due jobs waiting, Bull has a timer of its own for it; here it is called before each take.
// - A dead letter that is retried has all its attempts before it; Bull's keeps those it had, with their stack traces.
// - Its new place takes a number, which Bull's next job has.
// - An attempt begins without progress; Bull's keeps that of the one before.
// - Nobody but a worker logs in our store, and keeps its attempts there.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { after } from 'node:test';
import { start_redis } from '../support/node/redis_server.mjs';
import { queue_maker, Redis, test } from './bull_queue.mjs';
import { open_store } from './driver.mjs';

const OPERATIONS = 2_000;
const SEEDS = [1, 2, 3, 4, 5];
const STEP_MS = 2;
const LEASE_MS = 3_600_000;
const SPREAD_MS = 5_000_000;
const DELAY_MS = 600_000;  // More than the clock moves but for what is due.

const scripts = createRequire(import.meta.url)('bull/lib/scripts.js');
const server = await start_redis();
const redis = new Redis(server.port);
const { open_queue, close } = queue_maker(server.port);
const real_now = Date.now;
after(async () => {
  Date.now = real_now;
  await close();
  redis.disconnect();
  await server.stop();
});

const OUR_FIELDS = ['vendor', 'rank', 'cost', 'seq', 'batch', 'project', 'lastLog'];

// What every key holds, by its name within the queue. `again`: jobs of which a part differs on purpose.
async function dump(prefix, { retried, taken_again }) {
  const start = `${prefix}:q:`;
  const reads = {
    string: (key) => redis.get(key), list: (key) => redis.lrange(key, 0, -1), set: async (key) => (await redis.smembers(key)).sort(),
    zset: (key) => redis.zrange(key, 0, -1, 'WITHSCORES'), hash: (key) => redis.hgetall(key) };
  const all = {};
  for (const key of (await redis.keys(`${start}*`)).sort()) {
    const name = key.slice(start.length);
    if (name.endsWith(':logs')) continue;
    const type = await redis.type(key);
    const value = await reads[type](key);
    if (type === 'hash') {
      for (const field of OUR_FIELDS) delete value[field];
      if (retried.has(name)) ['attemptsMade', 'stacktrace'].forEach((field) => delete value[field]);
      if (taken_again.has(name)) delete value.progress;
      if (value.opts) value.opts = JSON.parse(value.opts);
    }
    // Tokens are each program's own.
    all[name] = name.endsWith(':lock') ? 'locked' : value;
  }
  return all;
}

class Pair {
  constructor(seed) {
    this.seed = seed;
    this.now = 1_800_000_000_000;
    this.held = [];       // Jobs both have taken: Bull's object and our token.
    this.waiting = 0;     // In both.
    this.paused = false;
    this.retried = new Set();
    this.taken = new Set();
    this.taken_again = new Set();
    this.plain = new Set();  // Of no priority.
    this.prefixes = [`bull${seed}`, `ours${seed}`];
    this.queue = open_queue('q', { prefix: this.prefixes[0], settings: { lockDuration: LEASE_MS } });
    this.store = open_store(server.port, ['--prefix', this.prefixes[1]]);
    Date.now = () => this.now;
  }
  random(below) {
    this.seed = (this.seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((this.seed / 2_147_483_648) * below);
  }
  pick(list) { return list[this.random(list.length)]; }
  step(op, words = {}) { return this.store.step({ op, now: this.now, ...words }); }

  async add(kind) {
    const attempts = kind === 'priority' ? 1 : 1 + this.random(3);
    const priority = kind === 'priority' ? 1 + this.random(5) : undefined;
    const delay = kind === 'delayed' ? DELAY_MS + this.random(SPREAD_MS) : 0;
    const backoff = DELAY_MS + this.random(SPREAD_MS);
    const count = kind === 'bulk' ? 1 + this.random(5) : 1;
    const data = { n: this.random(1_000), text: 'ü "x"' };
    const opts = { attempts, backoff: { type: 'exponential', delay: backoff, factor: 2 }, timeout: 5_000, priority, delay };
    const jobs = await this.queue.addBulk(Array.from({ length: count }, () => ({ data, opts })));
    const { ids } = await this.step('add', { count, data, attempts, backoff, timeout: 5_000, delay, priority: priority ? 1_001 - priority : 0 });
    assert.deepEqual(ids, jobs.map((job) => job.id));
    if (kind !== 'priority') ids.forEach((id) => this.plain.add(id));
    if (!delay) this.waiting += count;
  }
  async take() {
    await scripts.updateDelaySet(this.queue, this.now);
    const job = await this.queue.moveToActive();
    const { id, token } = await this.step('claim', { lease: LEASE_MS });
    assert.equal(id ?? null, job?.id ?? null);
    if (!job) return;
    --this.waiting;
    if (this.taken.has(id)) this.taken_again.add(id);
    this.taken.add(id);
    this.held.push({ job, id, token });
  }
  // The next that is due, alone.
  async take_due() {
    const first = await this.queue.client.zrange(`${this.prefixes[0]}:q:delayed`, 0, 1, 'WITHSCORES');
    if (this.waiting > 0 || this.paused || !first.length) return;
    const now = Math.floor(first[1] / 4096) + 1;
    // Before the next is due all operations are over.
    if (first[3] <= (now + 2 * STEP_MS * OPERATIONS) * 4096) return this.promote(first[0]);
    this.now = now;
    ++this.waiting;
    await this.take();
  }
  async complete() {
    const [{ job, id, token }] = this.held.splice(this.random(this.held.length), 1);
    const result = { url: `http://x/${id}.png` };
    await job.moveToCompleted(result, false, true);
    await this.step('complete', { id, token, result });
  }
  async fail() {
    const [{ job, id, token }] = this.held.splice(this.random(this.held.length), 1);
    const reason = `no good: "${id}"`;
    const made = job.attemptsMade + 1;
    await job.moveToFailed({ message: reason, stack: reason });
    if (made < job.opts.attempts) await this.step('retry_at', { id, token, reason, run_at: this.now + (2 ** made - 1) * job.opts.backoff.delay });
    else await this.step('fail', { id, token, reason });
  }
  async report() {
    const { job, id, token } = this.pick(this.held);
    const percent = this.random(101);
    await job.progress(percent);
    await this.step('progress', { id, token, percent });
  }
  async extend() {
    const { job, id, token } = this.pick(this.held);
    await job.extendLock(LEASE_MS);
    await this.step('extend', { id, token, lease: LEASE_MS });
  }
  async any_of(state) { return this.pick(await this.queue.getJobs([state])); }
  async retry() {
    const job = await this.any_of('failed');
    if (!job || !this.plain.has(job.id)) return;
    await job.retry();
    await this.step('retry', { id: job.id });
    this.retried.add(job.id);
    // Its new place has a number of its own.
    await redis.incr(`${this.prefixes[0]}:q:id`);
    ++this.waiting;
  }
  async promote(id) {
    const job = this.waiting === 0 && (id ? await this.queue.getJob(id) : await this.any_of('delayed'));
    if (!job) return;
    await job.promote();
    await this.step('promote', { id: job.id });
    ++this.waiting;
    if (!this.paused) await this.take();
  }
  async remove() {
    const state = this.pick(['waiting', 'delayed', 'completed', 'failed', 'paused']);
    const job = await this.any_of(state);
    if (!job) return;
    await job.remove();
    await this.step('remove', { id: job.id });
    if (state === 'waiting' || state === 'paused') --this.waiting;
  }
  async set_paused(paused) {
    if (paused === this.paused) return;
    this.paused = paused;
    await (paused ? this.queue.pause() : this.queue.resume());
    await this.step(paused ? 'pause' : 'resume');
  }
  async operate(filling) {
    const dice = this.random(100);
    const with_held = (run) => this.held.length && run();
    if (dice < (filling ? 40 : 8)) return this.add(this.pick(['one', 'one', 'bulk', 'priority', 'delayed']));
    if (dice < 55) return this.take();
    if (dice < 70) return with_held(() => this.complete());
    if (dice < 78) return with_held(() => this.fail());
    if (dice < 82) return with_held(() => this.report());
    if (dice < 84) return with_held(() => this.extend());
    if (dice < 87) return this.retry();
    if (dice < 90) return this.promote();
    if (dice < 93) return this.remove();
    if (dice < 95) return this.set_paused(this.random(4) === 0);
    return this.take_due();
  }
  async compare() {
    const [bulls, ours] = await Promise.all(this.prefixes.map((prefix) => dump(prefix, this)));
    assert.deepEqual(ours, bulls);
    assert.deepEqual((await this.step('fsck')).findings, []);
  }
}

let again = 0, retried = 0;
for (const seed of SEEDS) {
  test(`all_keys_are_as_bull_leaves_them_after_${OPERATIONS}_operations: seed ${seed}`, async (t) => {
    const pair = new Pair(seed);
    await pair.queue.isReady();
    try {
      for (let i = 1; i <= OPERATIONS; ++i) {
        pair.now += STEP_MS;
        // The queue fills and runs empty in turns.
        await pair.operate(i % 200 < 80);
        if (i % 100 === 0) await pair.compare();
      }
      await pair.compare();
      t.diagnostic(`${pair.taken.size} jobs taken, ${pair.taken_again.size} again, ${pair.retried.size} dead letters retried`);
      again += pair.taken_again.size;
      retried += pair.retried.size;
      assert.ok(pair.taken.size > OPERATIONS / 10);
    } finally {
      await pair.store.kill();
      Date.now = real_now;
    }
  }, 240_000);
}

test('the_operations_were_of_all_kinds', async () => assert.ok(again > 50 && retried > 50, `${again} taken again, ${retried} retried`));
