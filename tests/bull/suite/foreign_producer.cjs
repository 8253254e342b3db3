// Level L3: jobs are added, promoted, retried and removed, and queues paused, by a store of ours (steps.hpp). What its
// producers have no words for (names, ids of their own, lifo, removeOn...) Bull adds itself.
const Job = require('bull/lib/job');
const scripts = require('bull/lib/scripts');
const start = require('./driver.cjs');

const stores = new Map();
function store_of(queue) {
  if (stores.has(queue.keyPrefix)) return stores.get(queue.keyPrefix);
  const waiting = [];
  const driver = start(['--prefix', queue.keyPrefix, 'steps'], (line) => waiting.shift()(line), () => {});
  const ask = (words) => new Promise((resolve) => {
    waiting.push(resolve);
    driver.say({ queue: queue.name, now: Date.now(), ...words });
  });
  stores.set(queue.keyPrefix, ask);
  return ask;
}
const ask = (queue, words) => store_of(queue)({ queue: queue.name, ...words });

const OURS = new Set(['attempts', 'backoff', 'timeout', 'delay', 'priority', 'timestamp']);

// The job in words of ours; nothing where there are none.
function in_our_words({ name, data, opts }) {
  const used = Object.entries(opts).filter(([, value]) => value !== undefined);
  if (name !== Job.DEFAULT_JOB_NAME || used.some(([key]) => !OURS.has(key))) return null;
  const { attempts, delay } = opts;
  // Ours double; of a single pause there is but one kind.
  if (opts.backoff && (attempts > 2 || !['fixed', 'exponential'].includes(opts.backoff.type))) return null;
  if (!(attempts >= 1 && attempts <= 100) || delay < 0 || !Number.isInteger(delay)) return null;
  const words = { data: JSON.stringify(data) ?? '{}', attempts, delay };
  if (opts.backoff) words.backoff = words.backoffMax = opts.backoff.delay;
  else words.backoff = words.backoffMax = 0;
  if (opts.timeout) words.timeout = opts.timeout;
  if (opts.priority) words.priority = 1_001 - opts.priority;
  return words;
}

async function add(queue, jobs) {
  const words = jobs.map(in_our_words);
  await queue.isReady();
  const { ids, ...problem } = await ask(queue, { op: 'add', jobs: words, now: jobs[0].timestamp });
  if (!ids) throw new Error(JSON.stringify(problem));
  global.cutroom.added += ids.length;
  ids.forEach((id, i) => (jobs[i].id = id));
  return jobs;
}

const { create, createBulk } = Job;
Job.create = async function (queue, name, data, opts) {
  const job = new Job(queue, name, data, opts);
  return in_our_words(job) ? (await add(queue, [job]))[0] : create(queue, name, data, opts);
};
Job.createBulk = async function (queue, list) {
  const jobs = list.map((job) => new Job(queue, job.name, job.data, job.opts));
  return jobs.length > 0 && jobs.every(in_our_words) ? add(queue, jobs) : createBulk(queue, list);
};

// A step of the store in the place of one of Bull's scripts. It must know of the queue.
async function control(queue, words) {
  ++global.cutroom.controlled;
  await ask(queue, { op: 'counts' });
  return ask(queue, words);
}
scripts.pause = (queue, pause) => control(queue, { op: pause ? 'pause' : 'resume' });
scripts.promote = async (queue, id) => ((await control(queue, { op: 'promote', id: String(id) })).error ? -1 : 0);
scripts.remove = async (queue, id) => ((await control(queue, { op: 'remove', id: String(id) })).error ? 0 : 1);
scripts.reprocessJob = async ({ queue, id }) => {
  const { error } = await control(queue, { op: 'retry', id: String(id) });
  if (!error) return 1;
  if (error === 'not_found') return 0;
  return (await queue.client.exists(`${queue.toKey(id)}:lock`)) ? -1 : -2;
};

// Up before the first test: their times are short.
exports.beforeAll = () => ask({ keyPrefix: 'bull', name: 'q' }, { op: 'counts' });
