// What needs no server: the parser of events, retries by the clock, the generated types.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

const package_folder = process.env.CUTROOM_CLIENT_PACKAGE ?? fileURLToPath(new URL('../dist', import.meta.url));
const load = (name) => import(pathToFileURL(`${package_folder}/${name}.js`));
const { EventParser } = await load('sse');
const { retryAfterMs } = await load('errors');
const { createClient, createQueueAPI, CutroomError, isCutroomError } = await load('index');

const STREAM = 'retry: 2000\r\n\r\nid: a-1\r\nevent: state\r\ndata: {"id":1}\r\n\r\n: still there\r\n\r\nid: a-2\rdata: one\rdata:two\r\r'
  + 'event: progress\ndata\n\nevent: nothing\n\n';
const EVENTS = [
  { id: 'a-1', name: 'state', data: '{"id":1}' },
  { id: 'a-2', name: 'message', data: 'one\ntwo' },
  { id: 'a-2', name: 'progress', data: '' },
];

test('events_are_the_same_however_the_stream_is_split', () => {
  for (let size = 1; size <= STREAM.length; ++size) {
    const parser = new EventParser();
    const events = [];
    for (let at = 0; at < STREAM.length; at += size) events.push(...parser.push(STREAM.slice(at, at + size)));
    assert.deepEqual(events, EVENTS, `pieces of ${size}`);
    assert.equal(parser.retryMs, 2000);
  }
});

test('where_to_go_on_is_the_last_block_that_came_whole', () => {
  const parser = new EventParser();
  parser.push('retry: 2000\nid: a-1\n\n');
  assert.equal(parser.resumeId, 'a-1', 'without an event too');
  parser.push('id: a-2\nevent: progress\nda');
  assert.equal(parser.resumeId, 'a-1');
  parser.push('ta: {}\n\n');
  assert.equal(parser.resumeId, 'a-2');
});

test('retry_after_may_be_seconds_or_a_date', () => {
  const of = (text) => retryAfterMs(new Response('', { headers: { 'Retry-After': text } }), Date.UTC(2026, 10, 24, 9, 30, 0));
  assert.equal(of('120'), 120_000);
  assert.equal(of('Tue, 24 Nov 2026 09:30:05 GMT'), 5_000);
  assert.equal(of('Tue, 24 Nov 2026 09:29:00 GMT'), 0);
  assert.equal(of('soon'), undefined);
});

// A fetch that answers from a list, and remembers what it was asked.
function scripted(...answers) {
  const calls = [];
  const fetch = async (url, init) => {
    calls.push({ url, ...init });
    const answer = answers[Math.min(calls.length, answers.length) - 1];
    if (answer instanceof Error) throw answer;
    return answer();
  };
  return { fetch, calls };
}
const json = (status, value, headers) => () => new Response(JSON.stringify(value), { status, headers });
const client_of = ({ fetch }, more) => createClient({ baseUrl: 'http://server/', apiKey: 'ck_1_2', fetch, retry: { firstPauseMs: 1 }, ...more });

test('the_key_is_sent_with_each_request', async () => {
  const script = scripted(json(200, {}));
  await client_of(script).getQueueStats();
  assert.equal(script.calls[0].headers.Authorization, 'Bearer ck_1_2');
  assert.equal(script.calls[0].url, 'http://server/api/image-queue/queue-stats');
});

test('what_may_have_been_done_is_not_asked_for_again', async () => {
  const script = scripted(new TypeError('connection reset'), json(200, {}));
  await assert.rejects(client_of(script).retryJob('1'), { status: 0, code: 'network_error' });
  assert.equal(script.calls.length, 1);
});

test('what_was_refused_is_asked_for_again', async () => {
  const script = scripted(json(503, { error: 'stopping', code: 'unavailable' }), json(200, { success: true }));
  assert.deepEqual(await client_of(script).retryJob('1'), { success: true });
});

test('a_question_is_asked_again_after_a_broken_connection', async () => {
  const script = scripted(new TypeError('connection reset'), () => new Response('', { status: 502 }), json(200, { id: '1' }));
  assert.deepEqual(await client_of(script).getJob('1'), { id: '1' });
});

test('a_page_in_place_of_json_is_a_bad_answer', async () => {
  const script = scripted(() => new Response('<h1>Welcome</h1>', { status: 200 }));
  await assert.rejects(client_of(script).getJob('1'), { status: 200, code: 'bad_answer' });
  assert.equal(script.calls.length, 1);
});

test('ill_workers_are_an_answer_to_the_typed_client', async () => {
  const script = scripted(json(503, { status: 'unhealthy' }));
  assert.deepEqual(await client_of(script).getWorkerHealth(), { status: 'unhealthy' });
});

test('ids_are_encoded_into_the_path', async () => {
  const script = scripted(json(404, { error: 'Job not found', code: 'not_found' }));
  await assert.rejects(client_of(script).getJob('../queue-stats?a=1'), CutroomError);
  assert.equal(script.calls[0].url, 'http://server/api/image-queue/job/..%2Fqueue-stats%3Fa%3D1');
});

test('an_error_of_another_copy_of_the_package_is_known', () => {
  const foreign = Object.assign(new Error('x'), { name: 'CutroomError', status: 404, code: 'not_found' });
  assert.ok(isCutroomError(foreign));
  assert.ok(!isCutroomError(new Error('x')));
});

test('the_old_face_crops_are_asked_for_by_their_old_routes', async () => {
  const script = scripted(json(200, { success: true, jobId: '1' }));
  const api = createQueueAPI({ baseUrl: 'http://server', fetch: script.fetch });
  await api.queueFaceCrop('rec-1', 'proj-1', 'http://p/1.jpg', 'idcard');
  await api.queueBulkFaceCrop(['rec-1'], 'proj-1', ['http://p/1.jpg']);
  assert.deepEqual(script.calls.map(({ url, body }) => [url, JSON.parse(body)]), [
    ['http://server/api/image-queue/crop-face-queue', { recordId: 'rec-1', projectId: 'proj-1', photoUrl: 'http://p/1.jpg', mode: 'idcard' }],
    ['http://server/api/image-queue/bulk-crop-face', { recordIds: ['rec-1'], projectId: 'proj-1', photoUrls: ['http://p/1.jpg'], mode: 'passport' }],
  ]);
});

test('the_generated_types_are_those_of_the_contract', () => {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'cutroom-types-'));
  try {
    const program = join(root, 'node_modules/openapi-typescript/bin/cli.js');
    const fresh = join(folder, 'schema.ts');
    execFileSync(process.execPath, [program, join(root, '../../api/openapi.yaml'), '--output', fresh, '--default-non-nullable=false'], { stdio: 'pipe', cwd: root });
    assert.ok(readFileSync(fresh, 'utf8') === readFileSync(join(root, 'src/schema.ts'), 'utf8'),
      'src/schema.ts is out of date: run npm run generate in clients/typescript');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
