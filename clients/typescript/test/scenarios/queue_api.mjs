// Each function of queueAPI against the running server: success, failure, time-out. Run in Node and in a browser.
import { equal, error_of, matches, ok } from '../support/claims.mjs';

const api_of = (world) => world.createQueueAPI(world.server_url);
const HOUR_LATER = { options: { delayMs: 3_600_000 } };

export const scenarios = {
  async queue_background_removal_answers_with_the_job(world) {
    const queued = await api_of(world).queueBackgroundRemoval('rec-1', 'proj-1', world.photo);
    equal(queued.success, true);
    matches(queued.jobId, /^\d+$/);
    equal(queued.recordId, 'rec-1');
    equal(queued.message, 'Job queued for processing');
    ok(queued.estimatedTime >= 1);
    const { data } = await api_of(world).getJobStatus(queued.jobId);
    equal([data.recordId, data.projectId, data.photoUrl], ['rec-1', 'proj-1', world.photo]);
  },

  async queue_background_removal_throws_what_the_server_says(world) {
    const error = await error_of(api_of(world).queueBackgroundRemoval('rec-1', 'proj-1', ''));
    equal(error.message, 'Failed to queue background removal: recordId and photoUrl are required');
    equal([error.status, error.code], [400, 'invalid_input']);
    equal(error.details, [{ field: 'photoUrl', problem: 'is required' }]);
  },

  async queue_background_removal_takes_a_vendor_and_options_beyond_its_old_arguments(world) {
    const api = api_of(world);
    const one = await api.queueBackgroundRemoval('rec-1', 'proj-1', world.photo, 'vendor-7');
    equal((await api.getJobStatus(one.jobId)).vendorId, 'vendor-7');
    const two = await api.queueBackgroundRemoval('rec-1', null, world.photo, { vendorId: 'vendor-8', options: { format: 'webp' } });
    const job = await api.getJobStatus(two.jobId);
    equal([job.vendorId, job.data.projectId, job.data.options], ['vendor-8', null, { format: 'webp' }]);
  },

  async queue_bulk_background_removal_answers_with_all_jobs(world) {
    const queued = await api_of(world).queueBulkBackgroundRemoval(['a', 'b', 'c'], 'proj-1', [world.photo, world.photo, world.photo]);
    equal([queued.success, queued.count, queued.jobIds.length], [true, 3, 3]);
    equal(queued.message, 'Bulk jobs queued for processing');
    const results = await Promise.all(queued.jobIds.map((id) => api_of(world).pollJobUntilComplete(id, 30_000, 50)));
    equal(results.map(({ success, result }) => [success, result.recordId]), [[true, 'a'], [true, 'b'], [true, 'c']]);
  },

  async queue_bulk_background_removal_throws_where_the_arrays_differ(world) {
    const error = await error_of(api_of(world).queueBulkBackgroundRemoval(['a', 'b'], 'proj-1', [world.photo]));
    equal(error.message, 'Failed to queue bulk background removal: recordIds and photoUrls must have the same length');
    equal(error.status, 400);
  },

  async queue_face_crop_answers_with_the_job(world) {
    const queued = await api_of(world).queueFaceCrop('rec-1', 'proj-1', world.face, 'idcard');
    equal([queued.success, queued.recordId, queued.message], [true, 'rec-1', 'Job queued for processing']);
    const polled = await api_of(world).pollJobUntilComplete(queued.jobId, 60_000, 50);
    equal([polled.success, polled.result.mode], [true, 'idcard']);
    const without_mode = await api_of(world).queueFaceCrop('rec-1', 'proj-1', world.face);
    equal((await api_of(world).getJobStatus(without_mode.jobId)).data.mode, 'passport');
  },

  async queue_face_crop_throws_for_a_mode_that_is_not_there(world) {
    const error = await error_of(api_of(world).queueFaceCrop('rec-1', 'proj-1', world.face, 'moon'));
    matches(error.message, /^Failed to queue face crop: mode is not known/);
    equal(error.status, 400);
  },

  async a_face_crop_of_a_photo_without_a_face_fails_with_the_reason(world) {
    const api = api_of(world);
    const { jobId } = await api.queueFaceCrop('rec-1', 'proj-1', world.photo, 'passport');
    const polled = await api.pollJobUntilComplete(jobId, 60_000, 50);
    equal(polled.success, false);
    matches(polled.error, /face/);
  },

  async queue_bulk_face_crop_answers_with_all_jobs(world) {
    const queued = await api_of(world).queueBulkFaceCrop(['a', 'b'], 'proj-1', [world.face, world.face], 'square');
    equal([queued.success, queued.count, queued.jobIds.length], [true, 2, 2]);
    const polled = await api_of(world).pollJobUntilComplete(queued.jobIds[1], 60_000, 50);
    equal([polled.success, polled.result.recordId, polled.result.mode], [true, 'b', 'square']);
  },

  async queue_bulk_face_crop_throws_where_the_arrays_differ(world) {
    const error = await error_of(api_of(world).queueBulkFaceCrop(['a', 'b'], 'proj-1', [world.face]));
    equal(error.message, 'Failed to queue bulk face crop: recordIds and photoUrls must have the same length');
  },

  async get_job_status_tells_state_progress_and_result(world) {
    const api = api_of(world);
    const { jobId } = await api.queueBackgroundRemoval('rec-1', 'proj-1', world.photo);
    await api.pollJobUntilComplete(jobId, 30_000, 50);
    const job = await api.getJobStatus(jobId);
    equal([job.id, job.state, job.progress, job.failedReason, job.attemptsMade], [jobId, 'completed', 100, null, 1]);
    equal(job.result.success, true);
    equal((await fetch(job.result.photoUrl)).headers.get('content-type'), 'image/png');
  },

  async get_job_status_throws_for_a_job_that_is_not_there(world) {
    const error = await error_of(api_of(world).getJobStatus('999999'));
    equal([error.message, error.status], ['Failed to get job status: Job not found', 404]);
  },

  async poll_job_until_complete_gives_the_result(world) {
    const api = api_of(world);
    const { jobId } = await api.queueBackgroundRemoval('rec-1', 'proj-1', world.photo);
    const polled = await api.pollJobUntilComplete(jobId, 30_000, 50);
    equal([polled.success, polled.error, polled.result.success], [true, undefined, true]);
    matches(polled.result.photoUrl, /^http.*\/assets\/.*\.png$/);
  },

  async poll_job_until_complete_gives_the_reason_of_a_failure(world) {
    const api = api_of(world);
    const { jobId } = await api.queueBackgroundRemoval('rec-1', 'proj-1', world.missing_photo);
    const polled = await api.pollJobUntilComplete(jobId, 30_000, 50);
    equal([polled.success, polled.result], [false, undefined]);
    equal(polled.error, (await api.getJobStatus(jobId)).failedReason);
    ok(polled.error.length > 0);
  },

  async poll_job_until_complete_gives_up_after_its_time(world) {
    const api = api_of(world);
    const { jobId } = await api.queueBackgroundRemoval('rec-1', 'proj-1', world.photo, HOUR_LATER);
    equal(await api.pollJobUntilComplete(jobId, 200, 50), { success: false, error: 'Job polling timeout' });
    equal(await api.pollJobUntilComplete(jobId, 0), { success: false, error: 'Job polling timeout' });
    await world.client().removeJob(jobId);
  },

  async poll_job_until_complete_goes_on_while_the_server_is_ill(world) {
    const { jobId } = await api_of(world).queueBackgroundRemoval('rec-1', 'proj-1', world.photo);
    const { base_url, seen } = world.troubled('ill-at-first');
    const polled = await world.createQueueAPI(base_url).pollJobUntilComplete(jobId, 30_000, 20);
    equal(polled.success, true);
    ok((await seen()).length > 5);
  },

  async poll_job_until_complete_gives_up_on_a_server_that_stays_away(world) {
    const polled = await world.createQueueAPI(world.troubled('away').base_url).pollJobUntilComplete('1', 200, 50);
    equal(polled, { success: false, error: 'Job polling timeout' });
  },

  async poll_job_until_complete_ends_at_once_for_a_job_that_is_not_there(world) {
    equal(await api_of(world).pollJobUntilComplete('999999'), { success: false, error: 'Job not found' });
  },

  async poll_job_until_complete_asks_through_get_job_status(world) {
    // As it always did: tests of front ends replace that function.
    const api = api_of(world);
    api.getJobStatus = async () => ({ state: 'completed', result: { photoUrl: 'mine' } });
    equal(await api.pollJobUntilComplete('1'), { success: true, result: { photoUrl: 'mine' } });
  },

  async poll_job_until_complete_can_be_aborted(world) {
    const api = api_of(world);
    const { jobId } = await api.queueBackgroundRemoval('rec-1', 'proj-1', world.photo, HOUR_LATER);
    const controller = new AbortController();
    const polling = api.pollJobUntilComplete(jobId, 60_000, 20, { signal: controller.signal });
    controller.abort(new Error('enough'));
    equal((await error_of(polling)).message, 'enough');
    await world.client().removeJob(jobId);
  },

  async get_queue_stats_counts_all_three_queues(world) {
    const stats = await api_of(world).getQueueStats();
    equal(Object.keys(stats), ['backgroundRemoval', 'faceCrop', 'imageProcessing', 'timestamp']);
    equal(Object.keys(stats.backgroundRemoval), ['waiting', 'active', 'completed', 'failed', 'delayed', 'paused']);
  },

  async get_queue_stats_throws_where_there_is_no_server(world) {
    const api = world.createQueueAPI({ baseUrl: world.troubled('away').base_url, retry: { retries: 0 } });
    const error = await error_of(api.getQueueStats());
    matches(error.message, /^Failed to get queue stats: /);
    equal([error.status, error.code], [0, 'network_error']);
  },

  async get_worker_health_is_healthy(world) {
    const health = await api_of(world).getWorkerHealth();
    equal(health.status, 'healthy');
    ok(Number.isInteger(health.bgRemovalQueueSize) && Number.isInteger(health.faceCropQueueSize));
    ok(!Number.isNaN(Date.parse(health.timestamp)));
  },

  async get_worker_health_throws_where_the_workers_are_ill(world) {
    const error = await error_of(world.createQueueAPI(world.troubled('busy').base_url).getWorkerHealth());
    equal([error.message, error.status], ['Failed to get worker health: Busy', 503]);
  },

  async the_default_export_is_the_same_object(world) {
    ok(world.default === world.queueAPI);
    equal(Object.keys(world.queueAPI).sort(), [
      'getJobStatus', 'getQueueStats', 'getWorkerHealth', 'pollJobUntilComplete', 'queueBackgroundRemoval',
      'queueBulkBackgroundRemoval', 'queueBulkFaceCrop', 'queueFaceCrop']);
  },

  async the_default_export_talks_to_vite_backend_url(world) {
    const { jobId } = await api_of(world).queueBackgroundRemoval('rec-vite', 'proj-1', world.photo);
    equal((await world.queueAPI.getJobStatus(jobId)).data.recordId, 'rec-vite');
  },
};
