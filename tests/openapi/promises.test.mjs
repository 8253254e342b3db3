// What the users of the stack before have been promised, line by line, against the running server: its routes and
// answers, its rate limits with their defaults, its jobs, the records it writes, where it listens, what a restart leaves.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { remove_folder, start_cutroom, start_photo_server, temporary_folder } from '../support/node/processes.mjs';

const photos = await start_photo_server();
const photo = `${photos.url}/photo.png`;
const data = temporary_folder();
const server = await start_cutroom(['--jobs-backoff-ms', '10'], {}, { folder: data });
after(async () => {
  await server.stop();
  await photos.stop();
  remove_folder(data);
});

const API = '/api/image-queue';
const HOUR_LATER = { delayMs: 3_600_000 };

async function ask(method, path, json, at = server) {
  const init = { method };
  if (json !== undefined) Object.assign(init, { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(json) });
  const response = await fetch(at.url + path, init);
  return { status: response.status, headers: response.headers, body: await response.json() };
}
const queue = (json, at) => ask('POST', `${API}/remove-bg-queue`, json, at);
const ended = async (id, at) => (await ask('GET', `${API}/job/${id}?wait=30s`, undefined, at)).body;

const SINGLE = { recordId: 'rec-1', projectId: 'proj-1', photoUrl: photo, vendorId: 'v-1' };
const BULK = { recordIds: ['a', 'b'], projectId: 'proj-1', photoUrls: [photo, photo], vendorId: 'v-1' };
const SINGLE_ROUTES = { 'remove-bg-queue': {}, 'crop-face-queue': { mode: 'passport' }, 'process-queue': { operations: [{ type: 'flip' }] } };
const BULK_ROUTES = { 'bulk-remove-bg': {}, 'bulk-crop-face': { mode: 'idcard' }, 'bulk-process': { operations: [{ type: 'flip' }] } };

// ---- routes ----
test('a_photo_is_queued_with_the_old_answer', async () => {
  for (const [route, more] of Object.entries(SINGLE_ROUTES)) {
    const { status, body } = await ask('POST', `${API}/${route}`, { ...SINGLE, ...more });
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(body), ['success', 'jobId', 'recordId', 'message', 'estimatedTime']);
    assert.deepEqual([body.success, body.recordId, body.message], [true, 'rec-1', 'Job queued for processing']);
    assert.equal(typeof body.jobId, 'string');
    assert.ok(Number.isInteger(body.estimatedTime) && body.estimatedTime >= 1);
  }
});

test('many_photos_are_queued_with_the_old_answer', async () => {
  for (const [route, more] of Object.entries(BULK_ROUTES)) {
    const { status, body } = await ask('POST', `${API}/${route}`, { ...BULK, ...more });
    assert.equal(status, 200);
    assert.deepEqual(Object.keys(body).slice(0, 5), ['success', 'jobIds', 'count', 'message', 'estimatedTime']);
    assert.deepEqual([body.success, body.count, body.message], [true, 2, 'Bulk jobs queued for processing']);
    assert.equal(new Set(body.jobIds).size, 2);
  }
});

test('what_is_missing_is_400_with_an_error', async () => {
  for (const [route, more] of Object.entries(SINGLE_ROUTES))
    for (const missing of ['recordId', 'photoUrl', ...Object.keys(more)]) {
      const { status, body } = await ask('POST', `${API}/${route}`, { ...SINGLE, ...more, [missing]: undefined });
      assert.equal(status, 400);
      assert.equal(typeof body.error, 'string');
      assert.ok(body.details.some(({ field }) => field === missing), `${route} ${missing}`);
    }
  for (const [route, more] of Object.entries(BULK_ROUTES)) {
    for (const wrong of [{ recordIds: ['a'] }, { photoUrls: [photo] }, { recordIds: undefined }, { photoUrls: 'x' }, { recordIds: [], photoUrls: [] }]) {
      const { status, body } = await ask('POST', `${API}/${route}`, { ...BULK, ...more, ...wrong });
      assert.equal(status, 400);
      assert.equal(typeof body.error, 'string');
    }
  }
});

test('a_job_is_told_with_the_old_fields', async () => {
  const { jobId } = (await queue(SINGLE)).body;
  const job = await ended(jobId);
  for (const field of ['id', 'state', 'progress', 'data', 'result', 'failedReason', 'attemptsMade']) assert.ok(field in job, field);
  assert.deepEqual([job.id, job.state, job.progress, job.failedReason], [jobId, 'completed', 100, null]);
  assert.deepEqual(job.data, { recordId: 'rec-1', projectId: 'proj-1', photoUrl: photo, vendorId: 'v-1' });
  assert.equal(job.result.success, true);
  assert.equal((await fetch(job.result.photoUrl)).status, 200);
});

test('an_unknown_job_is_404_job_not_found', async () => {
  for (const id of ['999999', 'bull-1', '%20']) {
    const { status, body } = await ask('GET', `${API}/job/${id}`);
    assert.deepEqual([status, body.error], [404, 'Job not found']);
  }
});

test('without_a_vendor_the_callers_address_is_the_vendor', async () => {
  const { jobId } = (await queue({ ...SINGLE, vendorId: undefined })).body;
  assert.equal((await ended(jobId)).vendorId, '127.0.0.1');
});

test('the_stats_count_six_states_of_three_queues', async () => {
  const { body } = await ask('GET', `${API}/queue-stats`);
  assert.deepEqual(Object.keys(body), ['backgroundRemoval', 'faceCrop', 'imageProcessing', 'timestamp']);
  for (const name of Object.keys(body).slice(0, 3))
    assert.deepEqual(Object.keys(body[name]), ['waiting', 'active', 'completed', 'failed', 'delayed', 'paused']);
});

test('the_workers_are_healthy_with_the_old_fields', async () => {
  const { status, body } = await ask('GET', '/api/worker/health');
  assert.deepEqual([status, body.status], [200, 'healthy']);
  for (const field of ['bgRemovalQueueSize', 'faceCropQueueSize']) assert.ok(Number.isInteger(body[field]));
  assert.ok(!Number.isNaN(Date.parse(body.timestamp)));
});

test('the_health_shows_the_workers', async () => {
  const { body } = await ask('GET', '/api/worker/health');
  assert.equal(body.workers.length, 1, 'this server is all there is');
  const [worker] = body.workers;
  assert.ok(worker.pid > 0 && worker.host && worker.version === body.version);
  const slots = Object.fromEntries(worker.queues.map(({ queue, slots }) => [queue, slots]));
  assert.ok(slots['background-removal'] >= 1 && slots['face-crop'] >= 1 && slots['image-processing'] >= 1);
});

test('states_are_bulls_words', async () => {
  const pause = (what) => ask('POST', `${API}/queues/background-removal/${what}`);
  const state_of = async (id) => (await ask('GET', `${API}/job/${id}`)).body.state;
  const delayed = (await queue({ ...SINGLE, options: HOUR_LATER })).body.jobId;
  assert.equal(await state_of(delayed), 'delayed');
  await pause('pause');
  const paused = (await queue(SINGLE)).body.jobId;
  assert.equal(await state_of(paused), 'paused');
  assert.ok((await ask('GET', `${API}/queue-stats`)).body.backgroundRemoval.paused >= 1);
  await pause('resume');
  assert.equal((await ended(paused)).state, 'completed');
  await ask('DELETE', `${API}/job/${delayed}`);
});

test('the_estimated_time_grows_with_the_queue', async () => {
  await ask('POST', `${API}/queues/background-removal/pause`);
  const before = (await queue(SINGLE)).body.estimatedTime;
  const many = Array.from({ length: 3000 }, (_, i) => i);
  await ask('POST', `${API}/bulk-remove-bg`, { ...BULK, recordIds: many, photoUrls: many.map(() => photo) });
  const behind = (await queue(SINGLE)).body.estimatedTime;
  await ask('POST', `${API}/queues/background-removal/drain`);
  await ask('POST', `${API}/queues/background-removal/resume`);
  assert.ok(behind > before, `${before} before, ${behind} behind 3000`);
});

// ---- jobs ----
test('what_cannot_get_better_fails_at_once_with_a_reason', async () => {
  const faceless = await ended((await ask('POST', `${API}/crop-face-queue`, { ...SINGLE, mode: 'passport' })).body.jobId);
  assert.deepEqual([faceless.state, faceless.attemptsMade], ['failed', 1]);
  assert.match(faceless.failedReason, /face/);
  for (const path of ['/status/404', '/html', '/empty']) {
    const job = await ended((await queue({ ...SINGLE, photoUrl: photos.url + path })).body.jobId);
    assert.deepEqual([job.state, job.attemptsMade, job.result], ['failed', 1, null], path);
    assert.ok(job.failedReason.length > 10, job.failedReason);
  }
});

test('what_may_get_better_is_tried_three_times', async () => {
  const job = await ended((await queue({ ...SINGLE, photoUrl: `${photos.url}/status/500` })).body.jobId);
  assert.deepEqual([job.state, job.attemptsMade, job.maxAttempts], ['failed', 3, 3]);
  const outcomes = (await ask('GET', `${API}/job/${job.id}/logs`)).body.attempts.map(({ outcome }) => outcome);
  assert.deepEqual(outcomes, ['retried', 'retried', 'failed']);
});

test('dead_letters_are_listed_inspected_retried_and_deleted', async () => {
  const { jobId } = (await queue({ ...SINGLE, vendorId: 'v-dead', photoUrl: `${photos.url}/status/404` })).body;
  await ended(jobId);
  const listed = (await ask('GET', `${API}/jobs?state=failed&vendorId=v-dead`)).body.jobs;
  assert.deepEqual(listed.map(({ id }) => id), [jobId]);
  assert.equal((await ask('POST', `${API}/job/${jobId}/retry`)).status, 200);
  assert.equal((await ended(jobId)).state, 'failed');
  assert.equal((await ask('DELETE', `${API}/job/${jobId}`)).status, 200);
  assert.equal((await ask('GET', `${API}/job/${jobId}`)).status, 404);
});

// ---- records ----
// The row of the platform's table, as its other programs read it.
function record(folder, id) {
  const program = `import json, sqlite3, sys
rows = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
rows.row_factory = sqlite3.Row
row = rows.execute("SELECT * FROM data_records WHERE id = ?", (sys.argv[2],)).fetchone()
print(json.dumps(dict(row) if row else None))`;
  return JSON.parse(execFileSync(process.env.CUTROOM_PYTHON, ['-c', program, join(folder, 'records.db'), id], { encoding: 'utf8' }));
}

test('the_record_is_updated', async () => {
  const before = Date.now();
  const { jobId } = (await queue({ ...SINGLE, recordId: 'rec-done' })).body;
  const job = await ended(jobId);
  const row = record(data, 'rec-done');
  const { photo_url, processed, processing_status, processed_at, job_id, error } = row;
  assert.deepEqual([photo_url, processed, processing_status, job_id], [job.result.photoUrl, 1, 'completed', jobId]);
  assert.ok(processed_at >= before && processed_at <= Date.now(), `${processed_at}`);
  assert.ok(!error, error);
  assert.deepEqual([row.project_id, row.vendor_id, row.original_url], ['proj-1', 'v-1', photo]);
});

test('the_record_of_a_failure_says_so_and_a_later_success_clears_it', async () => {
  const failing = (await queue({ ...SINGLE, recordId: 'rec-bad', photoUrl: `${photos.url}/status/404` })).body.jobId;
  const { failedReason } = await ended(failing);
  const bad = record(data, 'rec-bad');
  assert.deepEqual([bad.processed, bad.processing_status, bad.error, bad.job_id], [0, 'failed', failedReason, failing]);
  const { result } = await ended((await queue({ ...SINGLE, recordId: 'rec-bad' })).body.jobId);
  const good = record(data, 'rec-bad');
  assert.deepEqual([good.processed, good.processing_status, good.photo_url, good.error || ''], [1, 'completed', result.photoUrl, '']);
});

test('records_with_numbers_for_ids_are_found_by_them', async () => {
  await ended((await queue({ ...SINGLE, recordId: 4711 })).body.jobId);
  assert.equal(record(data, '4711').processing_status, 'completed');
});

// ---- restarts ----
for (const signal of ['SIGTERM', 'SIGKILL'])
  test(`jobs_and_results_outlive_the_process_that_${signal}_ends`, async () => {
    const folder = temporary_folder();
    const first = await start_cutroom(['--jobs-backoff-ms', '10'], {}, { folder });
    let second;
    try {
      const one = async (more) => (await queue({ ...SINGLE, ...more }, first)).body.jobId;
      const completed = await one({});
      const failed = await one({ recordId: 'rec-bad', photoUrl: `${photos.url}/status/404` });
      const delayed = await one({ recordId: 'rec-tomorrow', options: HOUR_LATER });
      const before = { completed: await ended(completed, first), failed: await ended(failed, first) };
      await ask('POST', `${API}/queues/background-removal/pause`, undefined, first);
      const waiting = await one({ recordId: 'rec-later' });

      assert.equal(await first.end(signal), signal === 'SIGTERM' ? 0 : null);
      second = await start_cutroom(['--jobs-backoff-ms', '10'], {}, { folder, listen: new URL(first.url).host });
      const job = async (id) => (await ask('GET', `${API}/job/${id}`, undefined, second)).body;
      assert.deepEqual(await job(completed), before.completed);
      assert.deepEqual(await job(failed), before.failed);
      assert.deepEqual([(await job(delayed)).state, (await job(waiting)).state], ['delayed', 'paused']);
      const asset = await fetch(before.completed.result.photoUrl);
      assert.equal(asset.status, 200);
      assert.equal((await asset.arrayBuffer()).byteLength, before.completed.result.bytes);
      assert.equal(record(folder, SINGLE.recordId).job_id, completed);

      await ask('POST', `${API}/queues/background-removal/resume`, undefined, second);
      assert.equal((await ended(waiting, second)).state, 'completed');
      assert.equal(record(folder, 'rec-later').processing_status, 'completed');
    } finally {
      await first.stop();
      await second?.stop();
      remove_folder(folder);
    }
  });

// ---- where it listens ----
const NOWHERE = { PORT: undefined, CUTROOM_PORT: undefined, CUTROOM_LISTEN: undefined };

test('it_listens_on_port_3001_of_this_machine_unless_told_otherwise', () => {
  const env = { ...process.env, ...NOWHERE };
  const lines = execFileSync(process.env.CUTROOM_BINARY, ['config'], { encoding: 'utf8', env, cwd: data }).split('\n');
  const of = (key) => lines.find((line) => line.startsWith(`${key} `))?.split(/\s+/)[1];
  assert.deepEqual([of('listen'), of('port')], ['127.0.0.1:3001', '3001']);
});

test('the_environments_PORT_is_where_it_listens', async () => {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  const other = await start_cutroom([], { ...NOWHERE, PORT: String(port) }, { listen: null });
  try {
    assert.equal(other.url, `http://127.0.0.1:${port}`);
    assert.equal((await ask('GET', '/api/worker/health', undefined, other)).body.status, 'healthy');
  } finally {
    await other.stop();
  }
});

// ---- rate limits ----
// The environment without a word about limits: it is the defaults that are promised.
const UNSAID = Object.fromEntries(
  ['GLOBAL', 'READS', 'IMAGE_PROCESSING', 'BACKGROUND_REMOVAL', 'BULK'].map((name) => [`CUTROOM_LIMIT_${name}`, undefined]));

async function with_limits(run) {
  const limited = await start_cutroom([], UNSAID);
  try {
    await run(limited);
  } finally {
    await limited.stop();
  }
}

const remaining = async (limited, name) => {
  const { limits } = (await ask('GET', `${API}/rate-limits`, undefined, limited)).body;
  return limits.find((one) => one.name === name).remaining;
};

test('the_31st_background_removal_of_a_vendor_within_the_hour_is_429', async () => {
  await with_limits(async (limited) => {
    const statuses = [];
    for (let i = 1; i <= 31; ++i) {
      const { status, headers } = await queue({ ...SINGLE, options: HOUR_LATER }, limited);
      statuses.push(status);
      assert.deepEqual([headers.get('ratelimit-limit'), headers.get('ratelimit-remaining')], ['30', String(Math.max(0, 30 - i))]);
      assert.ok(Number(headers.get('ratelimit-reset')) <= 3600);
    }
    assert.deepEqual(statuses, [...Array(30).fill(200), 429]);
    const { body, headers } = await queue(SINGLE, limited);
    assert.ok(Number(headers.get('retry-after')) > 0 && Number(headers.get('retry-after')) <= 3600);
    assert.deepEqual([typeof body.error, body.code], ['string', 'rate_limited']);
    assert.equal((await queue({ ...SINGLE, vendorId: 'v-2' }, limited)).status, 200, 'another vendor goes on');
    assert.equal((await ask('GET', `${API}/queue-stats`, undefined, limited)).status, 200, 'reads go on');
  });
});

test('the_101st_request_of_an_address_is_429_and_reading_does_not_count', async () => {
  await with_limits(async (limited) => {
    for (let i = 0; i < 150; ++i)
      for (const path of [`${API}/queue-stats`, '/api/worker/health']) assert.equal((await ask('GET', path, undefined, limited)).status, 200);
    const statuses = [];
    for (let i = 0; i < 101; ++i) statuses.push((await queue({ ...SINGLE, vendorId: `v-${i % 5}`, options: HOUR_LATER }, limited)).status);
    assert.deepEqual(statuses, [...Array(100).fill(200), 429]);
  });
});

test('the_51st_image_processing_and_the_11th_bulk_operation_are_429', async () => {
  await with_limits(async (limited) => {
    const process = { ...SINGLE, ...SINGLE_ROUTES['process-queue'], options: HOUR_LATER };
    const singles = [];
    for (let i = 0; i < 51; ++i) singles.push((await ask('POST', `${API}/process-queue`, process, limited)).status);
    assert.deepEqual(singles, [...Array(50).fill(200), 429]);

    const before = await remaining(limited, 'global');
    const bulks = [];
    for (let i = 0; i < 11; ++i) bulks.push((await ask('POST', `${API}/bulk-remove-bg`, { ...BULK, options: HOUR_LATER }, limited)).status);
    assert.deepEqual(bulks, [...Array(10).fill(200), 429]);
    assert.equal(await remaining(limited, 'global'), before, 'a bulk operation counts in its own limit alone');
    assert.equal((await queue({ ...SINGLE, options: HOUR_LATER }, limited)).headers.get('ratelimit-remaining'), '29');
  });
});
