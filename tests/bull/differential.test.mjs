// Bull and our store do the same, in few long sequences of operations and in many short ones (differential_pair.mjs).
// CUTROOM_BULL_SEQUENCES=10000 [CUTROOM_BULL_SEED=n]: so many short ones, for a run by hand.
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { start_redis } from '../support/node/redis_server.mjs';
import { queue_maker, Redis, test } from './bull_queue.mjs';
import { Pair, PREFIXES } from './differential_pair.mjs';
import { open_store } from './driver.mjs';

const OPERATIONS = 2_000;
const SEEDS = [1, 2, 3, 4, 5];
const SHORT_OPERATIONS = 12;
const SHORT_TRIES = 100;
const SHORT_SEQUENCES = Number(process.env.CUTROOM_BULL_SEQUENCES ?? 300);
const SHORT_SEED = Number(process.env.CUTROOM_BULL_SEED ?? 1_000);

const server = await start_redis();
const redis = new Redis(server.port);
const { open_queue, close } = queue_maker(server.port);
const queue = open_queue('q', { prefix: PREFIXES[0], settings: { lockDuration: 3_600_000 } });
await queue.isReady();
const store = open_store(server.port, ['--prefix', PREFIXES[1]]);
after(async () => {
  await close();
  redis.disconnect();
  await store.kill();
  await server.stop();
});

const tally = { taken: 0, again: 0, retried: 0 };
async function run_sequence(seed, operations, run) {
  await redis.flushdb();
  const pair = new Pair({ queue, store, redis, seed, operations });
  try {
    await run(pair);
    await pair.compare();
  } catch (error) {
    error.message = `seed ${seed}: ${error.message}\n${pair.done.slice(-40).map((one) => JSON.stringify(one)).join('\n')}`;
    throw error;
  } finally {
    pair.end();
  }
  tally.taken += pair.taken.size;
  tally.again += pair.taken_again.size;
  tally.retried += pair.retried.size;
  return pair;
}

for (const seed of SEEDS) {
  test(`all_keys_are_as_bull_leaves_them_after_${OPERATIONS}_operations: seed ${seed}`, async (t) => {
    const pair = await run_sequence(seed, OPERATIONS, async (pair) => {
      for (let i = 1; i <= OPERATIONS; ++i) {
        // The queue fills and runs empty in turns.
        await pair.operate(i % 200 < 80 ? 'filling' : 'emptying');
        if (i % 100 === 0) await pair.compare();
      }
    });
    t.diagnostic(`${pair.taken.size} jobs taken, ${pair.taken_again.size} again, ${pair.retried.size} dead letters retried`);
    assert.ok(pair.taken.size > OPERATIONS / 10);
  }, 240_000);
}

test('the_operations_were_of_all_kinds', async () => assert.ok(tally.again > 50 && tally.retried > 50, JSON.stringify(tally)));

test(`all_keys_are_as_bull_leaves_them_after_each_of_${SHORT_SEQUENCES}_short_sequences`, async (t) => {
  t.diagnostic(`seeds from ${SHORT_SEED} on`);
  Object.assign(tally, { taken: 0, again: 0, retried: 0 });
  for (let i = 0; i < SHORT_SEQUENCES; ++i)
    await run_sequence(SHORT_SEED + i, SHORT_TRIES, async (pair) => {
      // Some find nothing to be done to.
      for (let tries = 0; tries < SHORT_TRIES && pair.done.length < SHORT_OPERATIONS; ++tries) await pair.operate('short');
    });
  t.diagnostic(`jobs ${JSON.stringify(tally)}`);
  assert.ok(tally.taken > SHORT_SEQUENCES / 2);
}, 60_000 + 60 * SHORT_SEQUENCES);
