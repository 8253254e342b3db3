// How soon a job that comes is begun, and how soon its result is known, by Bull:
// node queue_latency.js pickup|wait REDIS_PORT QUEUE JOBS RATE SLOTS CALLERS. Prints one JSON object. Workers are a
// process of their own.
'use strict';
const { fork } = require('child_process');
const Queue = require('bull');

const [what, port, name, jobs, rate, slots, callers] = process.argv.slice(2);
const count = Number(jobs);
const now = () => performance.timeOrigin + performance.now();
const queue = new Queue(name, { redis: { host: '127.0.0.1', port: Number(port) } });
const options = { attempts: 3, backoff: { type: 'exponential', delay: 2000 }, timeout: 60000 };

function print(took) {
  took.sort((a, b) => a - b);
  const at = (part) => took[Math.floor(part * (took.length - 1))];
  console.log(JSON.stringify({
    what, jobs: took.length, failed: 0, p50_ms: at(0.5), p99_ms: at(0.99), max_ms: at(1),
  }));
}

async function work() {
  const took = [];
  queue.process(Number(slots), async (job) => {
    took.push(now() - job.data.sent);
    if (what === 'pickup' && took.length === count) process.send(took);
    return { success: true };
  });
  await queue.isReady();
  process.send('ready');
}

async function pickup(worker) {
  const took = new Promise((resolve) => worker.on('message', (it) => Array.isArray(it) && resolve(it)));
  const start = now();
  for (let sent = 0; sent < count;) {
    for (; sent < count && start + (sent / Number(rate)) * 1000 <= now(); ++sent) {
      queue.add({ sent: start + (sent / Number(rate)) * 1000 }, options);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return took;
}

async function wait() {
  const took = [];
  let left = count;
  const one = async () => {
    while (left-- > 0) {
      const since = now();
      const job = await queue.add({ sent: since }, options);
      await job.finished();
      took.push(now() - since);
    }
  };
  await Promise.all(Array.from({ length: Number(callers) }, one));
  return took;
}

if (process.send) {
  work();
} else {
  const worker = fork(__filename, process.argv.slice(2));
  worker.once('message', async () => {
    await queue.isReady();
    print(await (what === 'pickup' ? pickup(worker) : wait()));
    worker.kill();
    process.exit(0);
  });
}
