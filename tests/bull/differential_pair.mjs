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

const STEP_MS = 2;
const LEASE_MS = 3_600_000;
const SPREAD_MS = 5_000_000;
const DELAY_MS = 600_000;  // More than the clock moves but for what is due.
const START_MS = 1_800_000_000_000;

export const PREFIXES = ['bull', 'ours'];
const scripts = createRequire(import.meta.url)('bull/lib/scripts.js');
const real_now = Date.now;

// How often what is done, of a hundred.
const rest = { complete: 15, fail: 8, report: 4, extend: 2, retry: 3, promote: 3, remove: 3, set_paused: 2, take_due: 5 };
export const WEIGHTS = {
  filling: { add: 40, take: 15, ...rest },
  emptying: { add: 8, take: 47, ...rest },
  short: { add: 26, take: 22, complete: 8, fail: 15, report: 3, extend: 2, retry: 7, promote: 3, remove: 3, set_paused: 3, take_due: 8 },
};

const OUR_FIELDS = ['vendor', 'rank', 'cost', 'seq', 'batch', 'project', 'steps'];

// What every key holds, by its name within the queue. `again`: jobs of which a part differs on purpose.
async function dump(redis, prefix, { retried, taken_again }) {
  const start = `${prefix}:q:`;
  const reads = {
    string: (key) => redis.get(key), list: (key) => redis.lrange(key, 0, -1), set: async (key) => (await redis.smembers(key)).sort(),
    zset: (key) => redis.zrange(key, 0, -1, 'WITHSCORES'), hash: (key) => redis.hgetall(key) };
  const keys = (await redis.keys(`${start}*`)).filter((key) => !key.endsWith(':logs')).sort();
  const types = await Promise.all(keys.map((key) => redis.type(key)));
  const values = await Promise.all(keys.map((key, i) => reads[types[i]](key)));
  const all = {};
  for (const [i, key] of keys.entries()) {
    const name = key.slice(start.length);
    const value = values[i];
    if (types[i] === 'hash') {
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

export class Pair {
  // Both begin with no key at all. `operations`: how many there will be.
  constructor({ queue, store, redis, seed, operations }) {
    Object.assign(this, { queue, store, redis, seed, operations, now: START_MS });
    this.done = [];       // What was done, for who looks into a difference.
    this.held = [];       // Jobs both have taken: Bull's object and our token.
    this.waiting = 0;     // In both.
    this.paused = false;
    this.retried = new Set();
    this.taken = new Set();
    this.taken_again = new Set();
    this.plain = new Set();  // Of no priority.
    Date.now = () => this.now;
  }
  end() { Date.now = real_now; }
  // mulberry32: seeds that follow each other give sequences that have nothing in common.
  random(below) {
    this.seed = (this.seed + 0x6d2b79f5) | 0;
    let t = Math.imul(this.seed ^ (this.seed >>> 15), 1 | this.seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below);
  }
  pick(list) { return list[this.random(list.length)]; }
  step(op, words = {}) {
    this.done.push({ op, now: this.now, ...words });
    return this.store.step({ op, now: this.now, ...words });
  }

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
    const first = await this.queue.client.zrange(`${PREFIXES[0]}:q:delayed`, 0, 1, 'WITHSCORES');
    if (this.waiting > 0 || this.paused || !first.length) return;
    const now = Math.floor(first[1] / 4096) + 1;
    // Before the next is due all operations are over.
    if (first[3] <= (now + 2 * STEP_MS * this.operations) * 4096) return this.promote(first[0]);
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
    await this.redis.incr(`${PREFIXES[0]}:q:id`);
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
  // `kind`: a key of WEIGHTS.
  async operate(kind) {
    this.now += STEP_MS;
    let dice = this.random(100);
    const [what] = Object.entries(WEIGHTS[kind]).find(([, weight]) => (dice -= weight) < 0);
    if (['complete', 'fail', 'report', 'extend'].includes(what) && !this.held.length) return;
    if (what === 'add') await this.add(this.pick(['one', 'one', 'bulk', 'priority', 'delayed']));
    else if (what === 'set_paused') await this.set_paused(this.random(4) === 0);
    else await this[what]();
  }
  async compare() {
    const [bulls, ours] = await Promise.all(PREFIXES.map((prefix) => dump(this.redis, prefix, this)));
    assert.deepEqual(ours, bulls);
    assert.deepEqual((await this.store.step({ op: 'fsck' })).findings, []);
  }
}
