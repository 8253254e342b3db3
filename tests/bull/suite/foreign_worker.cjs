// Level L2: the jobs of a Queue with handlers are claimed, kept, settled and taken back by a worker of ours (bridge.hpp), a
// process of its own for each Queue object; Node adds and looks, and its handlers are what the worker calls. Local events
// are sent here, when the worker has said that Redis has it so.
const Queue = require('bull/lib/queue');
const Job = require('bull/lib/job');
const utils = require('bull/lib/utils');
const start = require('./driver.cjs');

const GRACE_MS = 3_600_000;

// Many tests stop the clock and turn it; the workers follow. This timer is the system's all the time.
const { setInterval, Date: SystemDate } = global;
const CLOCK_MS = 2;
const stopped_clock = () => (Date === SystemDate ? null : Date.now());
const running = new Set();
setInterval(() => running.forEach((worker) => worker.tell_clock()), CLOCK_MS).unref();

class Worker {
  constructor(queue) {
    const { lockDuration, stalledInterval } = queue.settings;
    // As often as `cutroom worker` looks, or as the test wants it.
    const recover_every = Math.min(lockDuration / 2, stalledInterval > 0 ? stalledInterval : Infinity);
    const { limiter, metrics } = queue;
    this.queue = queue;
    this.slots = 0;
    this.runs = new Map();  // Number of the run -> its job's id.
    this.jobs = new Map();  // Id -> { job, result, error, over }.
    this.waiting = [];      // For `stopped`.
    this.clock = null;
    running.add(this);
    this.gone = new Promise((resolve) => {
      this.driver = start(
        ['--prefix', queue.keyPrefix, ...(stalledInterval > 0 ? ['--stalled-interval-ms', String(stalledInterval)] : []),
          ...(limiter && !limiter.groupKey ? ['--limiter-max', String(limiter.max), '--limiter-ms', String(limiter.duration)] : []),
          ...(metrics ? ['--metrics-points', String(metrics.maxDataPoints)] : []), 'bridge',
          '--queue', queue.name, '--lease-ms', String(lockDuration), '--recover-every-ms', String(Math.ceil(recover_every))],
        (line) => this['on_' + line.event]?.(line), resolve);
    });
    this.gone.then(() => {
      this.is_gone = true;
      running.delete(this);
      this.waiting.splice(0).forEach((resolve) => resolve());
      this.jobs.forEach((it) => it.over());
    });
    queue.client.once('end', () => this.kill());
    queue.on('global:drained', () => utils.emitSafe(queue, 'drained'));
  }
  kill() { this.driver.kill(); }
  say(words) {
    // Tests that cut a Queue's connections mean a process that is gone; it would have nothing more to say.
    if (this.queue.client.manuallyClosing) return this.kill();
    this.tell_clock();
    this.driver.say(words);
  }
  tell_clock() {
    const now = stopped_clock();
    if (this.clock === now) return;
    this.clock = now;
    this.driver.say({ op: 'clock', now });
  }
  add(slots) {
    this.slots += slots;
    if (this.queue.paused) this.go_on_after(this.queue.paused);
    else this.say({ op: 'slots', count: slots });
  }
  // Once the local pause is over.
  async go_on_after(pause) {
    if (this.awaits === pause) return;
    this.awaits = pause;
    await pause;
    if (this.slots) this.say({ op: 'slots', count: this.slots });
  }
  stop() {
    if (this.is_gone) return Promise.resolve();
    this.say({ op: 'stop', grace: GRACE_MS });
    return new Promise((resolve) => this.waiting.push(resolve));
  }
  idle() { return Promise.all([...this.jobs.values()].map((it) => it.until_over)); }

  async on_run({ run, id }) {
    ++global.cutroom.ran;
    const it = { job: await Job.fromId(this.queue, id) };
    it.until_over = new Promise((resolve) => (it.over = resolve));
    this.jobs.set(id, it);
    const failed = (error) => {
      it.error = error;
      this.say({ op: 'done', run, error: String(error?.message ?? 'Unknown reason'), final: !!it.job?._discarded });
    };
    if (!it.job) return failed(new Error('Missing job'));
    const handler = this.queue.handlers[it.job.name] || this.queue.handlers['*'];
    if (!handler) return failed(new Error('Missing process handler for job type ' + it.job.name));
    const running = handler(it.job);
    utils.emitSafe(this.queue, 'active', it.job, running, 'waiting');
    running
      .then((result) => {
        const text = JSON.stringify(result) ?? 'null';
        it.result = result;
        this.say({ op: 'done', run, result: text });
      })
      .catch(failed);
  }
  ended(id) {
    const it = this.jobs.get(id);
    if (!it) return null;
    this.jobs.delete(id);
    it.over();
    return it;
  }
  on_completed({ id }) {
    const it = this.ended(id);
    if (!it) return;
    it.job.returnvalue = it.result || 0;
    it.job.finishedOn = Date.now();
    utils.emitSafe(this.queue, 'completed', it.job, it.result, 'active');
  }
  on_failed({ id, text }) {
    const it = this.ended(id);
    if (!it?.job) return;
    const error = it.error ?? new Error(text);
    ++it.job.attemptsMade;
    it.job.failedReason = text;
    if (error.stack) it.job.stacktrace.push(error.stack);
    utils.emitSafe(this.queue, 'failed', it.job, error, 'active');
  }
  on_delayed(line) { this.on_failed(line); }
  on_stopped() { this.waiting.splice(0).forEach((resolve) => resolve()); }
  async on_recovered({ id }) {
    const job = await Job.fromId(this.queue, id);
    if (job) utils.emitSafe(this.queue, 'stalled', job);
  }
  async on_stalled_out({ id }) {
    const job = await Job.fromId(this.queue, id);
    utils.emitSafe(this.queue, 'failed', job, new Error('job stalled more than allowable limit'), 'active');
  }
}

const workers = new WeakMap();
const { pause, close, whenCurrentJobsFinished } = Queue.prototype;

// The worker names its own connection, and makes due jobs waiting by itself.
Queue.prototype.setWorkerName = async () => void ++global.cutroom.workers;
// As many round trips as Bull's way takes: a test whose own connection is to be ready by then counts on them.
Queue.prototype.updateDelayTimer = async function () {
  for (let i = 0; i < 3; ++i) await this.client.ping();
};

Queue.prototype.run = async function (concurrency) {
  if (!Number.isInteger(concurrency)) throw new Error('Cannot set Float as concurrency');
  await this.isReady();
  if (this.closing) return;
  if (!workers.has(this)) workers.set(this, new Worker(this));
  const worker = workers.get(this);
  worker.add(concurrency);
  await worker.gone;
};
Queue.prototype.pause = async function (isLocal, doNotWaitActive) {
  const worker = workers.get(this);
  if (!isLocal || !worker) return pause.call(this, isLocal, doNotWaitActive);
  await this.isReady();
  if (!this.paused) {
    this.paused = new Promise((resolve) => {
      this.resumeLocal = () => {
        this.paused = null;
        resolve();
      };
    });
    worker.go_on_after(this.paused);
    const stopped = worker.stop();
    if (!doNotWaitActive) await stopped;
  }
  utils.emitSafe(this, 'paused');
};
Queue.prototype.close = function (doNotWaitJobs) {
  const worker = workers.get(this);
  if (worker && doNotWaitJobs) worker.kill();
  const closed = close.call(this, doNotWaitJobs);
  closed.finally(() => worker?.kill());
  return closed;
};
Queue.prototype.whenCurrentJobsFinished = async function () {
  const worker = workers.get(this);
  return worker ? worker.idle() : whenCurrentJobsFinished.call(this);
};
