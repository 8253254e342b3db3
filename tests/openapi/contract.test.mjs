// Holds the running server and its contract, api/openapi.yaml, against each other, in both directions: no route, status
// or field of the server's that isn't in the contract, and no route of the contract's that the server does not have.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { start_cutroom, start_photo_server } from '../support/node/processes.mjs';
import { Contract } from './contract.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const contract = new Contract(`${root}/api/openapi.yaml`);
const photos = await start_photo_server(`${root}/.deps/samples`);
const server = await start_cutroom(['--jobs-backoff-ms', '10']);
after(async () => {
  await server.stop();
  await photos.stop();
});

const API = '/api/image-queue';
const photo = `${photos.url}/photo.png`;
const HOUR_LATER = { delayMs: 3_600_000 };

// Sends a request and holds the answer against the contract.
async function call(method, path, { json, body, headers = {}, at = server } = {}) {
  const init = { method, headers: { ...headers }, redirect: 'manual' };
  if (json !== undefined) {
    init.headers['Content-Type'] = 'application/json';
    init.body = JSON.stringify(json);
  }
  if (body !== undefined) init.body = body;
  const response = await fetch(at.url + path, init);
  const is_json = (response.headers.get('content-type') ?? '').startsWith('application/json');
  const answer = { status: response.status, headers: response.headers, body: is_json ? await response.json() : await response.text() };
  const pathname = new URL(at.url + path).pathname;
  assert.deepEqual(contract.problems_of_answer(method, pathname, answer), [], `${method} ${path} ${answer.status}`);
  return answer;
}

async function ended(id) {
  const { body } = await call('GET', `${API}/job/${id}?wait=30s`);
  assert.ok(body.state === 'completed' || body.state === 'failed', body.state);
  return body;
}

const queue_one = async (more) =>
  (await call('POST', `${API}/remove-bg-queue`, { json: { recordId: 'rec-1', projectId: 'p-1', photoUrl: photo, ...more } })).body;

// The frames of a stream that ends by itself: [{id, event, data}].
async function events_of(path, headers = {}) {
  const { status, body } = await call('GET', path, { headers });
  if (status !== 200) return [];
  return body.split('\n\n').filter((frame) => frame.includes('event: ')).map((frame) =>
    Object.fromEntries(frame.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)])));
}

function check_event({ event, data }, subject) {
  assert.deepEqual(contract.problems(event, '#/components/schemas/EventName'), []);
  if (event === 'resync') return assert.equal(data, '{}');
  const schema = event === 'state' ? subject : event === 'batch-completed' ? 'Batch' : 'JobEvent';
  assert.deepEqual(contract.problems(JSON.parse(data), `#/components/schemas/${schema}`), [], `${event}: ${data}`);
}

test('the_contract_has_the_servers_routes_and_no_others', async () => {
  const { body } = await call('GET', '/', { headers: { Accept: 'application/json' } });
  const of = ({ method, path }) => `${method} ${path}`;
  assert.deepEqual(body.routes.map(of).sort(), contract.operations.map(of).sort());
  assert.equal(body.version, contract.document.info.version);
});

test('every_schema_of_the_contract_can_be_used', () => {
  for (const name of Object.keys(contract.document.components.schemas)) contract.problems({}, `#/components/schemas/${name}`);
});

test('every_reference_of_the_contract_leads_somewhere', () => {
  const seen = new Set();
  (function walk(node) {
    if (!node || typeof node !== 'object' || seen.has(node)) return;
    seen.add(node);
    if (typeof node.$ref === 'string') assert.ok(contract.resolve(node), node.$ref);
    Object.values(node).forEach(walk);
  })(contract.document);
});

test('every_operation_of_the_contract_has_a_name_of_its_own', () => {
  const names = contract.operations.map(({ operation }) => operation.operationId);
  assert.ok(names.every(Boolean));
  assert.equal(new Set(names).size, names.length);
});

test('the_examples_of_the_contract_are_as_it_says', () => {
  for (const { method, path, operation } of contract.operations) {
    const content = operation.requestBody?.content['application/json'];
    const given = content?.examples ? Object.values(content.examples).map(({ value }) => value) : content?.example ? [content.example] : [];
    for (const example of given)
      assert.deepEqual(contract.problems(example, content.schema.$ref), [], `${method} ${path}`);
  }
  for (const [name, schema] of Object.entries(contract.document.components.schemas))
    for (const example of schema.examples ?? [])
      assert.deepEqual(contract.problems(example, `#/components/schemas/${name}`), [], name);
});

test('the_codes_of_errors_are_those_of_the_documentation', () => {
  const documented = [...readFileSync(`${root}/docs/errors.md`, 'utf8').matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, code]) => code);
  assert.deepEqual([...contract.document.components.schemas.ErrorCode.enum].sort(), documented.sort());
});

test('the_server_shows_the_contract', async () => {
  const { body } = await call('GET', '/openapi.json');
  assert.deepEqual(body, contract.document);
});

test('the_page_and_its_files_come_from_the_server_alone', async () => {
  const { body } = await call('GET', '/docs');
  const files = [...body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address).filter((a) => !a.startsWith('data:'));
  assert.equal(files.length, 3);
  for (const file of files) {
    assert.match(file, /^\/docs\//);
    const { headers, body: text } = await call('GET', file);
    assert.ok(text.length > 100);
    await call('GET', file, { headers: { 'If-None-Match': headers.get('etag') } });
  }
  await call('GET', '/docs/other.js');
});

test('background_removal_is_as_in_the_contract', async () => {
  const { jobId } = await queue_one({ vendorId: 'v-1' });
  assert.equal((await ended(jobId)).state, 'completed');
  const numbers = await queue_one({ recordId: 17, projectId: null, photoUrl: photo, options: { format: 'jpg', quality: 70, background: '#ffeedd', priority: 3 } });
  assert.equal((await ended(numbers.jobId)).result.format, 'jpeg');
  await queue_one({ options: { maskOnly: true, decontaminate: false, webhookUrl: 'https://example.com/hook', ...HOUR_LATER } });
  const form = new FormData();
  form.set('recordId', 'up-1');
  form.set('options', '{"format":"webp"}');
  form.set('photo', new Blob([await (await fetch(photo)).arrayBuffer()]), 'me.png');
  const { body } = await call('POST', `${API}/remove-bg-queue`, { body: form });
  assert.equal((await ended(body.jobId)).state, 'completed');
  await call('POST', `${API}/remove-bg-queue`, { json: { photoUrl: photo } });
  await call('POST', `${API}/remove-bg-queue`, { json: { recordId: 1, photoUrl: photo, options: { colour: 'red' } } });
  await call('POST', `${API}/remove-bg-queue`, { json: { recordId: 1, photoUrl: 'http://10.0.0.1/x.png' } });
  await call('POST', `${API}/remove-bg-queue`, { json: { recordId: 1, photoUrl: 'data:image/png;base64,####' } });
  await call('POST', `${API}/remove-bg-queue`, { body: 'no json' });
});

test('a_bulk_call_is_as_in_the_contract', async () => {
  const json = { recordIds: ['a', 2], projectId: 'p-1', photoUrls: [photo, `${photos.url}/status/404`] };
  const { body } = await call('POST', `${API}/bulk-remove-bg`, { json });
  const batch = (await call('GET', `${API}/batch/${body.batchId}?wait=30s`)).body;
  assert.deepEqual([batch.done, batch.completed, batch.failed], [true, 1, 1]);
  await call('POST', `${API}/batch/${body.batchId}/cancel`);
  await call('POST', `${API}/bulk-remove-bg`, { json: { ...json, recordIds: [1] } });
  for (const path of ['999999', 'x']) await call('GET', `${API}/batch/${path}`);
  await call('POST', `${API}/batch/999999/cancel`);
  await call('GET', `${API}/batch/${body.batchId}?wait=never`);
});

test('cut_out_options_are_as_in_the_contract', async () => {
  const canvas = { width: 64, height: 64, scale: 0.5, position: 'bottom' };
  for (const options of [
    { format: 'avif', cropToSubject: { margin: 0.1 }, refine: 'guided' },
    { canvas, shadow: true, background: '10,20,30' },
    { backgroundImageUrl: `data:image/png;base64,${Buffer.from(await (await fetch(photo)).arrayBuffer()).toString('base64')}` },
    { zip: true, refine: 'matting' },
    { model: 'tiny' },
  ]) {
    assert.deepEqual(contract.problems(options, '#/components/schemas/RemoveBgOptions'), []);
    const queued = await call('POST', `${API}/remove-bg-queue`, { json: { recordId: 1, photoUrl: photo, options } });
    // Not every machine's libvips writes AVIF; that is said at once.
    if (options.format === 'avif' && queued.status === 400) assert.equal(queued.body.details[0].field, 'options.format');
    else await ended(queued.body.jobId);
  }
  const other = await call('POST', `${API}/remove-bg-queue`, { json: { recordId: 1, photoUrl: photo, options: { model: 'another' } } });
  assert.deepEqual([other.status, other.body.details[0].field], [400, 'options.model']);
});

test('face_crops_are_as_in_the_contract', async () => {
  const { presets } = (await call('GET', `${API}/presets`)).body;
  assert.ok(presets.some(({ name }) => name === 'passport'));
  const face = `${photos.url}/astronaut.png`;
  const one = { recordId: 1, photoUrl: face, mode: 'idcard', options: { format: 'webp', quality: 80, background: '#ffffff', allowTilted: true } };
  const made = await ended((await call('POST', `${API}/crop-face-queue`, { json: one })).body.jobId);
  assert.deepEqual([made.failedReason, made.result?.format], [null, 'webp']);
  assert.equal((await ended((await call('POST', `${API}/crop-face-queue`, { json: { ...one, photoUrl: photo } })).body.jobId)).state, 'failed');
  const form = new FormData();
  for (const [name, value] of Object.entries({ recordId: 'f', mode: 'square', strict: 'false' })) form.set(name, value);
  form.set('file', new Blob([await (await fetch(face)).arrayBuffer()]), 'me.png');
  assert.equal((await ended((await call('POST', `${API}/crop-face-queue`, { body: form })).body.jobId)).state, 'completed');
  const many = { recordIds: [1, 2], photoUrls: [face, face], mode: 'passport' };
  await ended((await call('POST', `${API}/bulk-crop-face`, { json: many })).body.jobIds[1]);
  await call('POST', `${API}/crop-face-queue`, { json: { ...one, mode: 'moon' } });
  await call('POST', `${API}/bulk-crop-face`, { json: { ...many, mode: undefined } });
});

test('image_processing_is_as_in_the_contract', async () => {
  const mark = `data:image/png;base64,${Buffer.from(await (await fetch(photo)).arrayBuffer()).toString('base64')}`;
  const operations = [
    { type: 'resize', width: 40, height: 30, fit: 'contain', position: 'top-left', background: '#ff000080' },
    { type: 'crop', width: 20, height: 20, position: 'attention' }, { type: 'rotate', degrees: 10, background: 'transparent' },
    { type: 'flip' }, { type: 'flop' }, { type: 'background', colour: '#ffffff' }, { type: 'pad', all: 3 },
    { type: 'extend', width: 60, height: 60, position: 'right' }, { type: 'trim', threshold: 3 }, { type: 'sharpen' },
    { type: 'blur', sigma: 0.5 }, { type: 'watermark', text: 'ours', opacity: 0.3 }, { type: 'watermark', imageUrl: mark, tile: true },
    { type: 'format', format: 'jpeg', quality: 60, maxBytes: 5000 }, { type: 'metadata', keep: true },
    { type: 'thumbnails', sizes: [{ name: 'small', width: 8, format: 'webp', quality: 50 }, { name: 'wide', width: 12, height: 4 }] }];
  assert.deepEqual(contract.problems(operations, '#/components/schemas/Operations'), []);
  const one = await call('POST', `${API}/process-queue`, { json: { recordId: 1, photoUrl: photo, operations } });
  const job = await ended(one.body.jobId);
  assert.equal(job.failedReason, null);
  const many = { recordIds: [1, 2], photoUrls: [photo, photo], operations: [{ type: 'resize', width: 3 }] };
  await ended((await call('POST', `${API}/bulk-process`, { json: many })).body.jobIds[1]);
  await call('POST', `${API}/process-queue`, { json: { recordId: 1, photoUrl: photo, operations: [{ type: 'melt' }] } });
  await call('POST', `${API}/process-queue`, { json: { recordId: 1, photoUrl: photo } });
  await call('POST', `${API}/bulk-process`, { json: { ...many, operations: [] } });
});

test('a_key_makes_a_call_once', async () => {
  const json = { recordId: 1, photoUrl: photo };
  const headers = { 'Idempotency-Key': 'contract-1' };
  const first = await call('POST', `${API}/remove-bg-queue`, { json, headers });
  const second = await call('POST', `${API}/remove-bg-queue`, { json, headers });
  assert.deepEqual(second.body, first.body);
  assert.deepEqual([first.headers.get('idempotent-replayed'), second.headers.get('idempotent-replayed')], [null, 'true']);
  assert.equal((await call('POST', `${API}/remove-bg-queue`, { json: { ...json, recordId: 2 }, headers })).status, 409);
});

test('decisions_about_jobs_are_as_in_the_contract', async () => {
  const delayed = await queue_one({ options: HOUR_LATER });
  const job = `${API}/job/${delayed.jobId}`;
  await call('GET', job);
  await call('POST', `${job}/retry`);
  await call('POST', `${job}/cancel`);
  await call('POST', `${job}/cancel`);
  await call('POST', `${job}/promote`);
  await call('POST', `${job}/retry`);
  await ended(delayed.jobId);
  await call('GET', `${job}/logs`);
  assert.equal((await call('DELETE', job)).status, 200);
  for (const [method, path] of [['GET', ''], ['DELETE', ''], ['POST', '/cancel'], ['POST', '/retry'], ['POST', '/promote'], ['GET', '/logs'], ['GET', '/events']])
    assert.equal((await call(method, job + path)).status, 404);
  const waits = await queue_one({ options: HOUR_LATER });
  assert.equal((await call('POST', `${API}/job/${waits.jobId}/promote`)).status, 200);
  await ended(waits.jobId);
  await call('GET', `${API}/job/${waits.jobId}?wait=x`);
  await call('GET', `${API}/job/${waits.jobId}?colour=red`);
});

test('lists_and_their_filters_are_as_in_the_contract', async () => {
  const failing = await queue_one({ photoUrl: `${photos.url}/status/404`, vendorId: 'v-list' });
  await ended(failing.jobId);
  await queue_one({ vendorId: 'v-list', options: HOUR_LATER });
  const page = (await call('GET', `${API}/jobs?vendorId=v-list&limit=1`)).body;
  assert.equal(page.jobs.length, 1);
  await call('GET', `${API}/jobs?vendorId=v-list&limit=1&cursor=${page.nextCursor}`);
  await call('GET', `${API}/jobs?queue=background-removal&state=failed&projectId=p-1&since=2026-01-01&until=2100-01-01T00:00:00Z`);
  await call('GET', `${API}/jobs?state=lost&limit=0`);
  assert.equal((await call('POST', `${API}/jobs/retry`, { json: { vendorId: 'v-list' } })).body.retried, 1);
  await call('POST', `${API}/jobs/retry`, { json: { colour: 'red' } });
});

test('events_are_as_in_the_contract', async () => {
  const { jobId } = await queue_one({});
  const path = `${API}/job/${jobId}/events`;
  const frames = await events_of(path);
  assert.deepEqual([frames[0].event, frames.at(-1).event], ['state', 'completed']);
  for (const frame of frames) check_event(frame, 'Job');
  assert.equal((await call('GET', path, { headers: { 'Last-Event-ID': frames.at(-1).id } })).status, 204);
  const late = await events_of(path, { 'Last-Event-ID': 'another-1' });
  assert.deepEqual(late.map(({ event }) => event), ['resync', 'state', 'completed']);
  for (const frame of late) check_event(frame, 'Job');

  const failing = { recordIds: [1, 2], photoUrls: [photo, `${photos.url}/status/404`] };
  const { batchId } = (await call('POST', `${API}/bulk-remove-bg`, { json: failing })).body;
  const of_batch = await events_of(`${API}/batch/${batchId}/events`);
  assert.deepEqual([of_batch[0].event, of_batch.at(-1).event], ['state', 'batch-completed']);
  for (const frame of of_batch) check_event(frame, 'Batch');
  await call('GET', `${API}/batch/999999/events`);
  await call('GET', `${API}/events?colour=red`);
});

test('events_of_a_vendor_are_as_in_the_contract', async () => {
  const controller = new AbortController();
  const response = await fetch(`${server.url}${API}/events?vendorId=v-live`, { signal: controller.signal });
  const { body: bulk } = await call('POST', `${API}/bulk-remove-bg`, {
    json: { recordIds: [1, 2], photoUrls: [photo, photo], vendorId: 'v-live', options: HOUR_LATER } });
  await call('DELETE', `${API}/job/${bulk.jobIds[0]}`);
  await call('POST', `${API}/batch/${bulk.batchId}/cancel`);
  let text = '';
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text.includes('event: batch-completed') && text.endsWith('\n\n')) break;
  }
  controller.abort();
  const frames = [...text.matchAll(/event: (.*)\ndata: (.*)\n\n/g)].map(([, event, data]) => ({ event, data }));
  assert.deepEqual([...new Set(frames.map(({ event }) => event))].sort(), ['batch-completed', 'failed', 'queued', 'removed']);
  for (const frame of frames) check_event(frame);
});

test('limits_are_as_in_the_contract', async () => {
  const limited = await start_cutroom([], { CUTROOM_LIMIT_BACKGROUND_REMOVAL: '2/1h', CUTROOM_LIMIT_READS: '6000/1m' });
  try {
    const json = { recordId: 1, photoUrl: photo, vendorId: 'v-1', options: HOUR_LATER };
    const statuses = [];
    for (let i = 0; i < 3; ++i) {
      const { status, headers, body } = await call('POST', `${API}/remove-bg-queue`, { json, at: limited });
      statuses.push(status);
      assert.deepEqual([headers.get('ratelimit-limit'), headers.get('ratelimit-remaining')], ['2', String(Math.max(0, 1 - i))]);
      assert.ok(Number(headers.get('ratelimit-reset')) <= 3600);
      if (status === 429) assert.deepEqual([body.code, Number(headers.get('retry-after')) > 0], ['rate_limited', true]);
    }
    assert.deepEqual(statuses, [200, 200, 429]);
    const { limits } = (await call('GET', `${API}/rate-limits`, { at: limited })).body;
    assert.equal(limits.length, 5);
  } finally {
    await limited.stop();
  }
});

test('vendors_and_keys_are_as_in_the_contract', async () => {
  const keyed = await start_cutroom([], { CUTROOM_ADMIN_KEY: 'the-admin-key-of-this-test' });
  const admin = { at: keyed, headers: { Authorization: 'Bearer the-admin-key-of-this-test' } };
  const vendors = '/api/admin/vendors';
  try {
    await call('GET', vendors, { at: keyed });
    const whole = {
      id: 'acme', name: 'Acme', weight: 2.5, cap: 3, capIsHard: true, paused: false, limits: { backgroundRemoval: '2/1h', bulk: 'off' },
      monthlyQuota: 1, sourceHosts: ['127.0.0.1'], defaultOptions: { backgroundRemoval: { format: 'webp' } } };
    assert.equal((await call('POST', vendors, { ...admin, json: whole })).status, 201);
    for (const json of [whole, { name: 'no id' }, { id: 'x', colour: 'red' }, { id: 'y', limits: { bulk: 'many' } }])
      await call('POST', vendors, { ...admin, json });
    assert.equal((await call('POST', vendors, { ...admin, json: { id: 'bravo' } })).status, 201);
    assert.equal((await call('GET', `${vendors}?limit=1`, admin)).body.nextAfter, 'acme');
    await call('GET', `${vendors}?limit=1&after=acme`, admin);
    await call('GET', `${vendors}?limit=0`, admin);
    await call('GET', `${vendors}/acme`, admin);
    await call('PATCH', `${vendors}/acme`, { ...admin, json: { weight: null, limits: { bulk: null } } });
    await call('PATCH', `${vendors}/acme`, { ...admin, json: { weight: 'heavy' } });

    const { key, id } = (await call('POST', `${vendors}/acme/keys`, { ...admin, json: { label: 'shop' } })).body;
    await call('POST', `${vendors}/acme/keys`, admin);
    await call('POST', `${vendors}/acme/keys`, { ...admin, json: { label: 1 } });
    const unknown = await call('POST', `${vendors}/acme/keys`, { ...admin, json: { label: 'shop', colour: 'red' } });
    assert.deepEqual([unknown.status, unknown.body.details.map(({ field }) => field)], [400, ['colour']]);
    await call('GET', `${vendors}/acme/keys`, admin);
    const acme = { at: keyed, headers: { 'X-Api-Key': key } };
    const order = { recordId: 1, photoUrl: photo };
    assert.equal((await call('POST', `${API}/remove-bg-queue`, { at: keyed, json: order })).status, 401);
    const { jobId } = (await call('POST', `${API}/remove-bg-queue`, { ...acme, json: order })).body;
    assert.equal((await call('GET', `${API}/job/${jobId}?wait=30s`, acme)).body.result.format, 'webp');
    // The month's one photo is used up.
    assert.equal((await call('POST', `${API}/remove-bg-queue`, { ...acme, json: order })).body.code, 'quota_exceeded');
    await call('POST', `${API}/remove-bg-queue`, { ...acme, json: { ...order, vendorId: 'bravo' } });
    await call('GET', `${API}/jobs?vendorId=bravo`, acme);
    await call('GET', `${API}/events?vendorId=bravo`, acme);
    await call('POST', `${API}/jobs/retry`, { ...acme, json: { vendorId: 'bravo' } });
    await call('POST', `${API}/queues/face-crop/pause`, acme);
    await call('GET', vendors, acme);
    await call('GET', `${API}/rate-limits`, acme);
    await call('GET', `${vendors}/acme/usage`, admin);
    await call('GET', `${vendors}/acme/usage?from=2026-11-02&to=2026-11-01`, admin);
    await call('GET', `${vendors}/acme/usage?from=2026-11-01&to=2099-01-01`, admin);
    const badge = { title: 'Badge', size_px: [300, 400], head: { height: 0.5, height_range: [0.4, 0.6], top: 0.2 } };
    const preset = `${vendors}/bravo/presets/badge`;
    assert.equal((await call('PUT', preset, { ...admin, json: badge })).status, 200);
    assert.equal((await call('PUT', preset, { ...admin, json: { ...badge, size_px: 'big' } })).status, 400);
    assert.deepEqual((await call('GET', `${vendors}/bravo/presets`, admin)).body.presets, [{ name: 'badge', preset: badge }]);
    const own = (await call('GET', `${API}/presets?vendorId=bravo`, admin)).body.presets;
    assert.deepEqual([own[0].name, own[0].own], ['badge', true]);
    assert.equal((await call('GET', `${API}/presets?vendorId=bravo`, acme)).status, 403);
    await call('GET', `${API}/presets?colour=red`, acme);
    const badged = await call('POST', `${API}/crop-face-queue`, {
      ...admin, json: { ...order, vendorId: 'bravo', mode: 'badge', options: HOUR_LATER } });
    assert.deepEqual((await call('GET', `${API}/job/${badged.body.jobId}`, admin)).body.data.preset, badge);
    assert.equal((await call('DELETE', preset, admin)).status, 204);
    assert.equal((await call('DELETE', `${vendors}/acme/keys/${id}`, admin)).status, 204);
    await call('GET', `${vendors}/acme/keys`, admin);
    assert.equal((await call('GET', `${API}/queue-stats`, acme)).status, 401);
    assert.equal((await call('DELETE', `${vendors}/acme`, admin)).status, 204);
    for (const [method, path] of [['GET', ''], ['PATCH', ''], ['DELETE', ''], ['GET', '/keys'], ['POST', '/keys'], ['DELETE', `/keys/${id}`], ['GET', '/presets'],
      ['PUT', '/presets/badge'], ['DELETE', '/presets/badge'], ['GET', '/usage']])
      assert.equal((await call(method, `${vendors}/acme${path}`, { ...admin, ...(method.startsWith('P') && { json: method === 'PUT' ? badge : {} }) })).status, 404, path);
  } finally {
    await keyed.stop();
  }
});

test('webhooks_are_as_in_the_contract', async () => {
  const keyed = await start_cutroom([], { CUTROOM_ADMIN_KEY: 'the-admin-key-of-this-test' });
  const admin = { at: keyed, headers: { Authorization: 'Bearer the-admin-key-of-this-test' } };
  const hook = `${API}/webhook`;
  const query = '?vendorId=v-hook';
  try {
    await call('PUT', hook + query, { ...admin, json: { url: photo } });
    await call('POST', '/api/admin/vendors', { ...admin, json: { id: 'v-hook' } });
    for (const [method, path] of [['GET', hook], ['DELETE', hook], ['POST', `${hook}/test`]]) {
      await call(method, path + query, admin);
      assert.equal((await call(method, path, { at: keyed })).status, 401);
    }
    const json = { url: `${photos.url}/text`, events: ['job.completed'] };
    assert.match((await call('PUT', hook + query, { ...admin, json })).body.secret, /^whsec_/);
    await call('GET', hook + query, admin);
    for (const wrong of [{}, { url: 1 }, { url: 'x' }, { ...json, events: ['nothing'] }, { ...json, colour: 'red' }])
      assert.equal((await call('PUT', hook + query, { ...admin, json: wrong })).status >= 400, true);
    const { deliveryId } = (await call('POST', `${hook}/test${query}`, admin)).body;
    const { deliveries } = (await call('GET', `${hook}/deliveries${query}&limit=1`, admin)).body;
    assert.deepEqual(deliveries.map(({ id }) => id), [deliveryId]);
    await call('GET', `${hook}/deliveries?limit=0`, admin);
    assert.equal((await call('DELETE', hook + query, admin)).status, 200);
  } finally {
    await keyed.stop();
  }
});

test('queues_are_as_in_the_contract', async () => {
  const queue = `${API}/queues/image-processing`;
  await call('POST', `${queue}/pause`);
  await call('POST', `${queue}/resume`);
  await call('POST', `${queue}/drain`);
  await call('POST', `${queue}/drain`, { json: { vendorId: 'v-1' } });
  await call('POST', `${queue}/drain`, { json: { vendorId: 1 } });
  for (const what of ['pause', 'resume', 'drain']) await call('POST', `${API}/queues/other/${what}`);
  await call('GET', `${API}/queue-stats`);
});

test('health_is_as_in_the_contract', async () => {
  for (const path of ['/healthz', '/readyz', '/api/worker/health']) assert.equal((await call('GET', path)).status, 200);
});

test('results_are_as_in_the_contract', async () => {
  const { result } = await ended((await queue_one({})).jobId);
  const { pathname } = new URL(result.photoUrl);
  const whole = await call('GET', pathname);
  assert.equal(whole.status, 200);
  assert.equal((await call('GET', pathname, { headers: { Range: 'bytes=0-9' } })).status, 206);
  assert.equal((await call('GET', pathname, { headers: { Range: 'bytes=99999999-' } })).status, 416);
  assert.equal((await call('GET', pathname, { headers: { 'If-None-Match': whole.headers.get('etag') } })).status, 304);
  assert.equal((await call('GET', '/assets/00/missing.png')).status, 404);
});

test('what_has_no_route_is_an_error_like_any_other', async () => {
  for (const [method, path, status, code] of [['GET', '/nowhere', 404, 'not_found'], ['PUT', `${API}/jobs`, 405, 'method_not_allowed']]) {
    const response = await fetch(server.url + path, { method });
    assert.equal(response.status, status);
    const body = await response.json();
    assert.deepEqual(contract.problems(body, '#/components/schemas/Error'), []);
    assert.equal(body.code, code);
  }
});

test('every_operation_was_answered_as_it_should_be', () => {
  const good = ({ method, path }) => [...contract.answered].some((one) => one.startsWith(`${method} ${path} 2`));
  const without_end = new Set([`${API}/events`]); // Held against the contract above, frame by frame.
  assert.deepEqual(contract.operations.filter((one) => !good(one) && !without_end.has(one.path)).map(({ path }) => path), []);
});
