// createClient() against the running server: waiting, uploads, retries, errors, control. Run in Node and in a browser.
import { equal, error_of, matches, ok } from '../support/claims.mjs';

const HOUR_LATER = { delayMs: 3_600_000 };
const kinds = (seen) => seen.map(({ kind, wait }) => (wait ? 'long-poll' : kind));

// Queues a photo, waits for its job, and lets the photo go once that is under way.
async function wait_for_held(world, client, options = {}) {
  const photo = world.held_photo();
  const { jobId } = await world.client().removeBackground({ recordId: 1, photoUrl: photo.url });
  let told = false;
  const job = await client.waitForJob(jobId, {
    ...options,
    onUpdate: (now) => {
      options.onUpdate?.(now);
      if (!told) photo.let_go();
      told = true;
    },
  });
  equal([job.id, job.state, job.result?.recordId], [jobId, 'completed', 1]);
  return job;
}

export const scenarios = {
  async wait_for_job_hears_of_each_step(world) {
    const { client, seen } = world.troubled('plain');
    const names = [];
    const updates = [];
    await wait_for_held(world, client, {
      onEvent: ({ name }) => names.push(name), onUpdate: ({ state, progress }) => updates.push([state, progress]) });
    equal([names[0], names.at(-1)], ['state', 'completed']);
    ok(names.includes('progress'));
    equal(updates.at(-1), ['completed', 100]);
    ok(updates.every(([, progress], i) => i === 0 || progress >= updates[i - 1][1]), 'progress goes back');
    equal(kinds(await seen()), ['events', 'GET']);
  },

  async wait_for_job_goes_on_where_a_cut_connection_ended(world) {
    const { client, seen } = world.troubled('cut-events');
    const ids = [];
    await wait_for_held(world, client, { onEvent: ({ id, name }) => ids.push(`${name} ${id}`) });
    // Whoever comes back after the end is told once more how it stands.
    const changes = ids.filter((id) => !id.startsWith('state'));
    equal(new Set(changes).size, changes.length, 'no change is told twice');
    const streams = (await seen()).filter(({ kind }) => kind === 'events');
    const named = streams.map(({ last_event_id }) => last_event_id).filter((id) => id !== null);
    ok(named.length >= 1);
    for (const name of named) ok(ids.some((id) => id.endsWith(` ${name}`)));
  },

  async wait_for_job_falls_back_to_long_poll(world) {
    const { client, seen } = world.troubled('no-events');
    const photo = world.held_photo();
    const { jobId } = await client.removeBackground({ recordId: 1, photoUrl: photo.url });
    const waiting = client.waitForJob(jobId);
    await photo.let_go();
    equal((await waiting).state, 'completed');
    equal(kinds(await seen()), ['POST', 'events', 'long-poll']);
  },

  async wait_for_job_falls_back_to_plain_polling(world) {
    const { client, seen } = world.troubled('poll-only');
    await wait_for_held(world, client, { intervalMs: 20 });
    const got = kinds(await seen());
    equal(got.slice(0, 4), ['events', 'long-poll', 'long-poll', 'GET']);
    ok(got.slice(3).every((kind) => kind === 'GET'));
  },

  async wait_for_job_gives_a_failed_job_as_a_value(world) {
    for (const transport of ['events', 'long-poll', 'poll']) {
      const { jobId } = await world.client().removeBackground({ recordId: 1, photoUrl: world.missing_photo });
      const job = await world.client().waitForJob(jobId, { transport, intervalMs: 20 });
      equal([job.state, job.result], ['failed', null]);
      ok(job.failedReason.length > 0);
    }
  },

  async wait_for_job_of_an_ended_job_is_answered_at_once(world) {
    const { jobId } = await world.client().removeBackground({ recordId: 1, photoUrl: world.photo });
    const first = await world.client().waitForJob(jobId);
    equal(await world.client().waitForJob(jobId), first);
  },

  async wait_for_job_throws_for_a_job_that_is_not_there(world) {
    const error = await error_of(world.client().waitForJob('999999'));
    ok(world.isCutroomError(error) && error instanceof world.CutroomError);
    equal([error.status, error.code, error.message], [404, 'not_found', 'Job not found']);
  },

  async wait_for_job_throws_when_the_job_is_removed(world) {
    const client = world.client();
    const { jobId } = await client.removeBackground({ recordId: 1, photoUrl: world.photo, options: HOUR_LATER });
    const error = await error_of(client.waitForJob(jobId, {
      onEvent: ({ name }) => {
        if (name === 'state') client.removeJob(jobId);
      },
    }));
    equal(error.code, 'job_removed');
  },

  async wait_for_job_gives_up_after_its_time(world) {
    const client = world.client();
    const { jobId } = await client.removeBackground({ recordId: 1, photoUrl: world.photo, options: HOUR_LATER });
    for (const transport of ['events', 'long-poll', 'poll'])
      equal((await error_of(client.waitForJob(jobId, { transport, timeoutMs: 100 }))).code, 'wait_timed_out');
    await client.removeJob(jobId);
  },

  async wait_for_job_can_be_aborted(world) {
    const client = world.client();
    const { jobId } = await client.removeBackground({ recordId: 1, photoUrl: world.photo, options: HOUR_LATER });
    for (const transport of ['events', 'long-poll', 'poll']) {
      const controller = new AbortController();
      const waiting = client.waitForJob(jobId, { transport, signal: controller.signal });
      controller.abort();
      equal((await error_of(waiting)).name, 'AbortError');
      equal((await error_of(client.waitForJob(jobId, { transport, signal: controller.signal }))).name, 'AbortError');
    }
    await client.removeJob(jobId);
  },

  async wait_for_batch_hears_of_each_job(world) {
    const { client, seen } = world.troubled('plain');
    const photo = world.held_photo();
    const { batchId } = await client.removeBackgrounds({ recordIds: [1, 2, 3], photoUrls: [world.photo, world.missing_photo, photo.url] });
    const updates = [];
    const batch = await client.waitForBatch(batchId, {
      onUpdate: (now) => {
        updates.push(now.progress);
        if (updates.length === 1) photo.let_go();
      },
    });
    equal([batch.done, batch.total, batch.completed, batch.failed, batch.progress], [true, 3, 2, 1, 100]);
    equal(updates.at(-1), 100);
    equal(kinds(await seen()).filter((kind) => kind === 'long-poll'), []);
  },

  async wait_for_batch_goes_on_where_a_cut_connection_ended(world) {
    const { client, seen } = world.troubled('cut-events');
    const photo = world.held_photo();
    const { batchId } = await client.removeBackgrounds({ recordIds: [1, 2], photoUrls: [photo.url, photo.url] });
    const waiting = client.waitForBatch(batchId, { onEvent: ({ name }) => name === 'state' && photo.let_go() });
    equal((await waiting).completed, 2);
    ok((await seen()).some(({ last_event_id }) => last_event_id !== null));
  },

  async wait_for_batch_falls_back_to_long_poll_and_plain_polling(world) {
    for (const mode of ['no-events', 'poll-only']) {
      const { client } = world.troubled(mode);
      const { batchId } = await client.removeBackgrounds({ recordIds: [1, 2], photoUrls: [world.photo, world.photo] });
      equal((await client.waitForBatch(batchId, { intervalMs: 20 })).done, true);
    }
  },

  async vendor_events_tell_of_all_jobs_until_the_signal(world) {
    const client = world.client();
    const vendorId = world.new_id();
    const controller = new AbortController();
    const names = [];
    const listening = (async () => {
      for await (const event of client.vendorEvents({ vendorId, signal: controller.signal })) {
        names.push(event.name);
        equal(event.data.vendorId, vendorId);
        if (event.name === 'batch-completed') controller.abort();
      }
    })();
    const ended = error_of(listening);
    // The stream has no beginning of its own, so orders go on until one is heard of.
    while (names.length === 0) {
      const { batchId } = await client.removeBackgrounds({ recordIds: [1], photoUrls: [world.photo], vendorId });
      await client.waitForBatch(batchId);
    }
    equal((await ended).name, 'AbortError');
    ok(names.includes('completed'));
  },

  async a_photo_itself_can_be_handed_in(world) {
    const client = world.client();
    const photo = await world.photo_itself();
    const bytes = await photo.arrayBuffer();
    for (const form of [photo, new File([photo], 'me.png', { type: 'image/png' }), bytes, new Uint8Array(bytes)]) {
      const { jobId, recordId } = await client.removeBackground({
        recordId: 'up-1', projectId: 'p', vendorId: 'v', photo: form, options: { format: 'webp', quality: 50 } });
      equal(recordId, 'up-1');
      const job = await client.waitForJob(jobId);
      equal([job.state, job.result.format, job.data.projectId, job.vendorId], ['completed', 'webp', 'p', 'v']);
    }
  },

  async an_image_can_be_processed_by_a_list_of_operations(world) {
    const client = world.client();
    const operations = [{ type: 'resize', width: 8, fit: 'inside' }, { type: 'format', format: 'webp' }, { type: 'thumbnails', sizes: [{ name: 'small', width: 2 }] }];
    const one = await client.processImage({ recordId: 1, photo: await world.photo_itself(), operations });
    const { result } = await client.waitForJob(one.jobId);
    equal([result.width, result.format, result.thumbnails[0].name, result.files.length], [8, 'webp', 'small', 2]);
    const { batchId } = await client.processImages({ recordIds: [1, 2], photoUrls: [world.photo, world.photo], operations });
    equal((await client.waitForBatch(batchId)).completed, 2);
    const error = await error_of(client.processImage({ recordId: 1, photoUrl: world.photo, operations: [{ type: 'melt' }] }));
    equal(error.details[0].field, 'operations[0].type');
  },

  async a_face_can_be_cropped_to_each_preset_by_name(world) {
    const client = world.client();
    const presets = await client.getPresets();
    const square = presets.find(({ name }) => name === 'square');
    const { jobId } = await client.cropFace({ recordId: 1, photoUrl: world.face, mode: square.name, options: { format: 'png' } });
    const { result } = await client.waitForJob(jobId);
    equal([result.mode, result.width, result.height, result.format], ['square', square.widthPx, square.heightPx, 'png']);
    const { batchId } = await client.cropFaces({ recordIds: [1], photoUrls: [world.face], mode: 'passport' });
    equal((await client.waitForBatch(batchId)).completed, 1);
  },

  async an_upload_whose_answer_got_lost_is_done_once(world) {
    const { client, seen } = world.troubled('lost-answer', { retry: { firstPauseMs: 10 } });
    const vendorId = world.new_id();
    const { jobId } = await client.removeBackground({ recordId: 1, vendorId, photo: await world.photo_itself() });
    const { jobs } = await client.listJobs({ vendorId });
    equal(jobs.map(({ id }) => id), [jobId]);
    const posts = (await seen()).filter(({ kind }) => kind === 'POST');
    equal([posts.length >= 2, posts.at(-1).replayed], [true, true]);
    equal(new Set(posts.map((post) => post.idempotency_key)).size, 1);
  },

  async a_busy_server_is_asked_again_with_the_same_key(world) {
    const { client, seen } = world.troubled('busy');
    const { jobId } = await client.removeBackground({ recordId: 1, photoUrl: world.photo });
    equal((await client.getJob(jobId)).id, jobId);
    const posts = (await seen()).filter(({ kind }) => kind === 'POST');
    equal([posts.length, new Set(posts.map((post) => post.idempotency_key)).size], [3, 1]);
    await client.removeBackground({ recordId: 2, photoUrl: world.photo });
    const all = (await seen()).filter(({ kind }) => kind === 'POST');
    ok(all[3].idempotency_key !== all[0].idempotency_key, 'each call has a key of its own');
  },

  async retries_are_bounded(world) {
    const { client, seen } = world.troubled('busy', { retry: { retries: 1 } });
    const error = await error_of(client.removeBackground({ recordId: 1, photoUrl: world.photo }));
    equal([error.status, error.code, error.message, error.retryAfterMs], [503, 'unavailable', 'Busy', 0]);
    equal((await seen()).length, 2);
  },

  async a_server_that_asks_for_an_hour_is_not_asked_again(world) {
    const { client, seen } = world.troubled('limited');
    const error = await error_of(client.removeBackground({ recordId: 1, photoUrl: world.photo }));
    equal([error.status, error.code, error.retryAfterMs], [429, 'rate_limited', 3_600_000]);
    equal((await seen()).length, 1);
  },

  async the_same_key_with_another_order_is_a_conflict(world) {
    const client = world.client();
    const idempotencyKey = world.new_id();
    const order = { recordId: 1, photoUrl: world.photo };
    const first = await client.removeBackground(order, { idempotencyKey });
    equal(await client.removeBackground(order, { idempotencyKey }), first);
    const error = await error_of(client.removeBackground({ ...order, recordId: 2 }, { idempotencyKey }));
    equal([error.status, error.code], [409, 'idempotency_conflict']);
  },

  async a_call_can_be_aborted(world) {
    const controller = new AbortController();
    const { client } = world.troubled('limited', { retry: { maxRetryAfterMs: Infinity } });
    const queueing = client.removeBackground({ recordId: 1, photoUrl: world.photo }, { signal: controller.signal });
    controller.abort(new Error('never mind'));
    equal((await error_of(queueing)).message, 'never mind');
  },

  async errors_name_the_fields(world) {
    const error = await error_of(world.client().removeBackground({ recordId: 1, photoUrl: world.photo, options: { format: 'bmp' } }));
    equal([error.status, error.code, error.details[0].field], [400, 'invalid_input', 'options.format']);
    matches(error.details[0].problem, /^must be one of/);
  },

  async no_server_is_an_error_with_status_zero(world) {
    const { client } = world.troubled('away', { retry: { retries: 1, firstPauseMs: 1 } });
    const error = await error_of(client.getQueueStats());
    equal([error.status, error.code], [0, 'network_error']);
  },

  async a_delayed_job_can_be_promoted_and_its_log_read(world) {
    const client = world.client();
    const { jobId } = await client.removeBackground({ recordId: 1, photoUrl: world.photo, options: HOUR_LATER });
    equal((await client.getJob(jobId)).state, 'delayed');
    equal((await client.promoteJob(jobId)).success, true);
    equal((await client.waitForJob(jobId)).state, 'completed');
    const { attempts } = await client.getJobLogs(jobId);
    equal([attempts.length, attempts[0].outcome], [1, 'completed']);
    ok(attempts[0].steps.some(([name, ms]) => name === 'fetch' && ms >= 0));
  },

  async jobs_can_be_cancelled_retried_listed_and_removed(world) {
    const client = world.client();
    const vendorId = world.new_id();
    const many = { recordIds: [1, 2, 3], photoUrls: [world.photo, world.photo, world.photo], vendorId, options: HOUR_LATER };
    const { batchId, jobIds } = await client.removeBackgrounds(many);
    equal((await client.cancelJob(jobIds[0])).state, 'failed');
    equal((await error_of(client.cancelJob(jobIds[0]))).code, 'conflict');
    equal(await client.cancelBatch(batchId), { success: true, id: batchId, cancelled: 2 });
    equal((await client.getBatch(batchId)).failed, 3);

    const listed = [];
    for await (const job of client.jobs({ vendorId, limit: 2 })) listed.push(job.id);
    equal(listed, [...jobIds].reverse());

    await client.retryJob(jobIds[0]);
    equal((await client.waitForJob(jobIds[0])).state, 'completed');
    equal((await client.retryJobs({ vendorId, reason: 'Cancelled' })).retried, 2);
    equal((await client.waitForBatch(batchId)).completed, 3);
    equal(await client.removeJob(jobIds[0]), { success: true, id: jobIds[0] });
    equal((await error_of(client.getJob(jobIds[0]))).code, 'not_found');
  },

  async vendors_can_be_set_up(world) {
    const { admin } = world.client();
    const id = `v-${world.new_id()}`;
    equal((await admin.createVendor({ id, weight: 2, limits: { bulk: '5/1h' } })).limits, { bulk: '5/1h' });
    equal((await error_of(admin.createVendor({ id }))).code, 'conflict');
    equal((await admin.changeVendor(id, { paused: true, weight: null })).weight, 1);
    equal((await admin.getVendor(id)).paused, true);
    ok((await admin.listVendors()).vendors.some((vendor) => vendor.id === id));
    equal(await admin.listKeys(id), []);
    const usage = await admin.getUsage(id, { from: '2026-01-01', to: '2026-01-31' });
    equal([usage.vendorId, usage.days], [id, []]);
    equal(await admin.removeVendor(id), undefined);
    equal((await error_of(admin.getVendor(id))).code, 'not_found');
  },

  async limits_that_are_off_have_no_numbers(world) {
    const { limits } = await world.client().getRateLimits();
    equal(limits.map(({ name }) => name).sort(), ['backgroundRemoval', 'bulk', 'global', 'imageProcessing', 'reads']);
    ok(limits.every(({ limit }) => limit === null));
  },

  async a_queue_can_be_paused_drained_and_resumed(world) {
    const client = world.client();
    equal(await client.pauseQueue('image-processing'), { success: true, queue: 'image-processing', paused: true });
    equal(await client.drainQueue('image-processing', { vendorId: 'nobody' }), { success: true, queue: 'image-processing', removed: 0 });
    equal((await client.resumeQueue('image-processing')).paused, false);
  },
};
