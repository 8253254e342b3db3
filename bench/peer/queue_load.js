// Load on a queue by Bull: node queue_load.js add|work REDIS_PORT QUEUE JOBS SLOTS BULK. Prints one JSON object.
'use strict';
const Queue = require('bull');

const [what, port, name, jobs, slots, bulk] = process.argv.slice(2);
const count = Number(jobs);
const atOnce = Number(slots);
const options = { attempts: 3, backoff: { type: 'exponential', delay: 2000 }, timeout: 60000 };
const data = {
  recordId: 'rec-00001',
  projectId: 'p-1',
  photoUrl: 'https://photos.example.com/vendor/0123456789/photo-000001.jpg',
};
const queue = new Queue(name, { redis: { host: '127.0.0.1', port: Number(port) } });

async function add() {
  let left = count;
  const one = async () => {
    while (left > 0) {
      const here = Math.min(Number(bulk), left);
      left -= here;
      if (here === 1) await queue.add(data, options);
      else await queue.addBulk(Array.from({ length: here }, () => ({ data, opts: options })));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

function work() {
  let done = 0;
  return new Promise((resolve) => {
    queue.on('completed', () => { if (++done === count) resolve(); });
    queue.process(atOnce, async () => ({ success: true }));
  });
}

(async () => {
  await queue.isReady();
  const start = process.hrtime.bigint();
  await (what === 'add' ? add() : work());
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  console.log(JSON.stringify({ what, jobs: count, seconds, jobs_per_second: count / seconds, failed: 0 }));
  process.exit(0);
})();
