// bull-board's own handlers on queues that our store fills and works.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from './bull_queue.mjs';
import { make_fixture } from './fixture.mjs';

const require = createRequire(import.meta.url);
const { createBullBoard } = require('@bull-board/api');
const { BullAdapter } = require('@bull-board/api/bullAdapter');
const it = await make_fixture();

// The board without a web server: ask(method, route, params, query) as its page would.
function open_board() {
  let queues, routes;
  const server = {
    setQueues(all) { queues = all; return server; },
    setApiRoutes(all) { routes = all; return server; },
  };
  for (const name of ['setViewsPath', 'setStaticPath', 'setUIConfig', 'setEntryRoute', 'setErrorHandler'])
    server[name] = () => server;
  createBullBoard({ queues: [new BullAdapter(it.queue)], serverAdapter: server, options: { uiBasePath: '.' } });
  return async (method, route, params = {}, query = {}, body = {}) => {
    const found = routes.find((one) => one.route === route && [one.method].flat().includes(method));
    assert.ok(found, `${method} ${route}`);
    const answer = await found.handler({ queues, params: { queueName: it.name, ...params }, query, body, headers: {} });
    assert.ok((answer.status ?? 200) < 300, JSON.stringify(answer));
    return answer.body;
  };
}

test('the_board_lists_the_queue_its_counts_and_its_jobs', async () => {
  await it.step('add', { count: 7, data: { photo: 1 } });
  const { id, token } = await it.step('claim');
  await it.step('complete', { id, token, result: { url: 'x' } });
  await it.step('add', { delay: 60_000 });
  const ask = open_board();
  const { queues } = await ask('get', '/api/queues', {}, { activeQueue: it.name, status: 'waiting', page: '1' });
  const [queue] = queues;
  const { waiting, active, completed, failed, delayed, paused } = queue.counts;
  assert.deepEqual([queue.name, waiting, active, completed, failed, delayed, paused], [it.name, 6, 0, 1, 0, 1, 0]);
  assert.equal(queue.jobs.length, 6);
  assert.deepEqual(queue.jobs[0].data, { photo: 1 });
});

test('the_board_shows_a_jobs_page_with_its_log', async () => {
  const { ids: [id] } = await it.step('add', { data: { a: 1 }, attempts: 2, backoff: 10 });
  let now = Date.now();
  let { token } = await it.step('claim', { now });
  await it.step('retry_at', { id, token, reason: 'the first time', run_at: now, now });
  ({ token } = await it.step('claim', { now }));
  await it.step('complete', { id, token, result: { url: 'http://x/1.png' }, now });
  const ask = open_board();
  const { job, status } = await ask('get', '/api/queues/:queueName/:jobId', { jobId: id });
  assert.equal(status, 'completed');
  assert.deepEqual([job.id, job.data, job.returnValue, job.failedReason], [id, { a: 1 }, { url: 'http://x/1.png' }, 'the first time']);
  const rows = await ask('get', '/api/queues/:queueName/:jobId/logs', { jobId: id });
  assert.match(String(rows[0]), /the first time/);
});

test('the_board_retries_promotes_and_removes_what_we_made', async () => {
  const ask = open_board();
  const { ids: [bad] } = await it.step('add', { attempts: 1 });
  const { token } = await it.step('claim');
  await it.step('fail', { id: bad, token, reason: 'no' });
  await ask('put', '/api/queues/:queueName/:jobId/retry', { jobId: bad });
  assert.equal((await it.step('get', { id: bad })).state, 'waiting');
  const { ids: [late] } = await it.step('add', { delay: 60_000 });
  await ask('put', '/api/queues/:queueName/:jobId/promote', { jobId: late });
  assert.deepEqual(await it.step('counts'), { waiting: 2, active: 0, completed: 0, failed: 0, delayed: 0, paused: 0 });
  const { ids: [gone] } = await it.step('add');
  await ask('put', '/api/queues/:queueName/:jobId/clean', { jobId: gone });
  assert.equal((await it.store.ask({ op: 'get', id: gone })).error, 'not_found');
  assert.deepEqual(await it.claim_all(), [bad, late]);
});

test('the_board_pauses_empties_and_obliterates', async () => {
  const ask = open_board();
  await it.step('add', { count: 5 });
  await ask('put', '/api/queues/:queueName/pause');
  assert.equal((await it.step('counts')).paused, 5);
  await ask('put', '/api/queues/:queueName/resume');
  await ask('put', '/api/queues/:queueName/empty');
  assert.equal((await it.step('counts')).waiting, 0);
  await it.step('add', { count: 3 });
  await ask('put', '/api/queues/:queueName/pause');
  await ask('put', '/api/queues/:queueName/obliterate');
  assert.deepEqual(await it.step('counts'), { waiting: 0, active: 0, completed: 0, failed: 0, delayed: 0, paused: 0 });
});

test('our_workers_are_counted_one_per_process', async () => {
  const other = it.open_queue(`${it.name}-without`);
  await Promise.all([it.work(['--slots', '3']), it.work()]);
  const seen = async () => (await it.queue.getWorkers()).length;
  // Each connects in the background.
  while ((await seen()) < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(await seen(), 2);
  assert.equal((await other.getWorkers()).length, 0);
  const ask = open_board();
  const answer = await ask('get', '/api/queues/:queueName/workers');
  assert.equal(answer.workers.length, 2);
});
