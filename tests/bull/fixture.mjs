// What the tests of one file share: a server, a store on it, and for each test a queue of its own, whose keys are checked
// at its end.
import assert from 'node:assert/strict';
import { after, afterEach, beforeEach } from 'node:test';
import { start_redis } from '../support/node/redis_server.mjs';
import { queue_maker, Redis } from './bull_queue.mjs';
import { open_store, start_worker } from './driver.mjs';

export async function make_fixture(more_args = []) {
  const server = await start_redis();
  const redis = new Redis(server.port);
  const { open_queue, close } = queue_maker(server.port);
  const store = open_store(server.port, more_args);
  const ends = [];
  let count = 0;
  const it = { server, redis, store, open_queue, name: '', queue: null };

  // Called after the test, the last first.
  it.at_end = (end) => ends.push(end);
  it.work = async (args = [], more = []) => {
    const worker = await start_worker(server.port, ['--queue', it.name, ...args], [...more_args, ...more]);
    it.at_end(worker.kill);
    return worker;
  };
  it.key = (name) => `bull:${it.name}:${name}`;
  it.step = (op, words = {}) => store.step({ op, queue: it.name, ...words });
  it.claim_all = async (words = {}) => {
    const ids = [];
    for (;;) {
      const { id } = await it.step('claim', words);
      if (!id) return ids;
      ids.push(id);
    }
  };

  beforeEach(async () => {
    it.name = `q${++count}`;
    it.queue = open_queue(it.name);
    await it.queue.isReady();
    // The store's other steps know a job by its number alone.
    await redis.set(it.key('id'), 1_000_000 * count);
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
    assert.deepEqual((await it.step('fsck')).findings, []);
  });
  after(async () => {
    await close();
    redis.disconnect();
    await store.kill();
    await server.stop();
  });
  return it;
}
