// A worker of Bull's as a process of its own: node_worker.mjs PORT QUEUE CONCURRENCY LOCK_MS CHECK_MS
import { Bull } from './bull_queue.mjs';

const [port, name, concurrency, lock, check] = process.argv.slice(2);
const queue = new Bull(name, {
  redis: { host: '127.0.0.1', port: Number(port) },
  settings: { lockDuration: Number(lock), stalledInterval: Number(check), maxStalledCount: 1_000, drainDelay: 1, guardInterval: 500 },
});
queue.process(Number(concurrency), async (job) => {
  await new Promise((resolve) => setTimeout(resolve, job.data.ms ?? 0));
  return { by: process.pid };
});
queue.on('error', () => {});
await queue.isReady();
process.send('ready');
