// Queues of npm's bull on a test's server, and what tests ask of them.
import { createRequire } from 'node:module';
import { test as node_test } from 'node:test';

const require = createRequire(import.meta.url);
export const Bull = require('bull');
export const Redis = require('ioredis');

// What is waited for may never come; then the others shall run all the same. Slow ones give a `timeout` (ms) of their own.
export const test = (name, run, timeout = 30_000) => node_test(name, { timeout }, run);

// A queue object as each Node process would have one; `close` ends all that were made.
export function queue_maker(port) {
  const queues = [];
  const open_queue = (name = 'q', more = {}) => {
    const queue = new Bull(name, { redis: { host: '127.0.0.1', port }, ...more });
    queues.push(queue);
    return queue;
  };
  const close = () => Promise.all(queues.map((queue) => queue.close(true)));
  return { open_queue, close };
}

// Hears such events from now on: what each has told so far, and a way to wait for more of one.
export async function hear(queue, names) {
  const heard = Object.fromEntries(names.map((name) => [name, []]));
  let wake = [];
  for (const name of names) {
    queue.on(name, (...args) => {
      heard[name].push(args);
      const woken = wake;
      wake = [];
      woken.forEach((resolve) => resolve());
    });
  }
  // Bull subscribes in the background, and has no other way to tell when it has.
  await Promise.all(names.map((name) => queue._registerEvent(name)));
  const until = async (name, count = 1) => {
    while (heard[name].length < count) await new Promise((resolve) => wake.push(resolve));
    return heard[name];
  };
  return { heard, until };
}
