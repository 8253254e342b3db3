// The whole API as functions with types.
import { adminOf } from './admin.js';
import { CutroomError } from './errors.js';
import { LAST_OF_BATCH, LAST_OF_JOB, LAST_OF_VENDOR, typedEvents } from './events.js';
import type { BatchEvent, JobEvent, VendorEvent } from './events.js';
import { formOf } from './form.js';
import type { FollowOptions } from './follow.js';
import { Http } from './http.js';
import type { CallOptions, HttpOptions, RequestOptions } from './http.js';
import { newIdempotencyKey } from './idempotency.js';
import { waitFor } from './wait.js';
import type { WaitOptions } from './wait.js';
import type {
  About, Batch, BatchCancelled, BulkCropFaceOrder, BulkProcessOrder, BulkQueued, BulkRemoveBgOrder, CropFaceOrder,
  FacePreset, Job, JobFilter, JobLogs, JobPage, JobResult, JobStanding, Photo, ProcessOrder, Queued, QueueDrained,
  QueueName, QueuePaused, QueueStats, RateLimits, RemoveBgOrder, Removed, Retried, RetryFilter,
  Webhook, WebhookDeliveries, WebhookOrder, WebhookTested, NewWebhook, WorkerHealth, WorkerHealthUnknown,
} from './types.js';

const API = '/api/image-queue';

export type ClientOptions = HttpOptions;

export interface QueueOptions extends CallOptions {
  /** Default: a new one for each call, so that it can be tried again without being done twice. */
  idempotencyKey?: string | undefined;
}

export interface GetOptions extends CallOptions {
  /** Long poll: the answer comes when it has ended, or after this time, at most '60s'. */
  wait?: string | undefined;
}

export type CompletedJob = Omit<Job, 'state' | 'result'> & { state: 'completed'; result: JobResult };
export type FailedJob = Omit<Job, 'state' | 'failedReason'> & { state: 'failed'; failedReason: string };
export type EndedJob = CompletedJob | FailedJob;

export type EventOptions = Omit<FollowOptions, 'query'>;

export function createClient(options: ClientOptions) {
  const http = new Http(options);
  const get = <T>(path: string, more?: RequestOptions) => http.json<T>('GET', path, more);
  const post = <T>(path: string, more?: RequestOptions) => http.json<T>('POST', path, more);
  const job = (id: string) => `${API}/job/${encodeURIComponent(id)}`;
  const batch = (id: string) => `${API}/batch/${encodeURIComponent(id)}`;

  async function queue<T>(route: string, order: object, options: QueueOptions = {}): Promise<T> {
    const headers = { 'Idempotency-Key': options.idempotencyKey ?? newIdempotencyKey() };
    const { photo, fileName, ...fields } = order as { photo?: Photo; fileName?: string };
    const sent = photo === undefined ? { json: fields } : { body: await formOf(photo, fileName, fields) };
    return post<T>(API + route, { ...sent, headers, signal: options.signal });
  }

  const client = {
    /** For what this client has no function for. */
    http,

    // ---- queueing ----
    /** Of any kind, by its route: what the functions below are made of. */
    queue,
    /** Queues one photo, by its address or itself. */
    removeBackground: (order: RemoveBgOrder, options?: QueueOptions) => queue<Queued>('/remove-bg-queue', order, options),
    /** Queues many photos: all of them or none. They are a batch. */
    removeBackgrounds: (order: BulkRemoveBgOrder, options?: QueueOptions) =>
      queue<BulkQueued>('/bulk-remove-bg', order, options),
    /** Queues one photo for a face crop. */
    cropFace: (order: CropFaceOrder, options?: QueueOptions) => queue<Queued>('/crop-face-queue', order, options),
    cropFaces: (order: BulkCropFaceOrder, options?: QueueOptions) => queue<BulkQueued>('/bulk-crop-face', order, options),
    /** What faces can be cropped to: the values of `mode`. */
    getPresets: async (query: { vendorId?: string } = {}, options?: CallOptions): Promise<readonly FacePreset[]> =>
      (await get<{ presets: FacePreset[] }>(`${API}/presets`, { ...options, query })).presets,
    /** Queues one photo for a list of operations. */
    processImage: (order: ProcessOrder, options?: QueueOptions) => queue<Queued>('/process-queue', order, options),
    /** Queues many photos for the same operations. */
    processImages: (order: BulkProcessOrder, options?: QueueOptions) => queue<BulkQueued>('/bulk-process', order, options),

    // ---- jobs ----
    getJob: (id: string, { wait, signal }: GetOptions = {}) => get<Job>(job(id), { query: { wait }, signal }),
    /** Forgets a job that is not active. */
    removeJob: (id: string, options?: CallOptions) => http.json<Removed>('DELETE', job(id), options),
    /** Stops a job that has not ended; one that runs ends at its next step. */
    cancelJob: (id: string, options?: CallOptions) => post<JobStanding>(`${job(id)}/cancel`, options),
    /** Runs a failed job again. */
    retryJob: (id: string, options?: CallOptions) => post<JobStanding>(`${job(id)}/retry`, options),
    /** Lets a delayed job wait no longer. */
    promoteJob: (id: string, options?: CallOptions) => post<JobStanding>(`${job(id)}/promote`, options),
    getJobLogs: (id: string, options?: CallOptions) => get<JobLogs>(`${job(id)}/logs`, options),
    /** One page, newest first. */
    listJobs: (filter: JobFilter = {}, options?: CallOptions) => get<JobPage>(`${API}/jobs`, { ...options, query: filter }),
    /** All pages, one job after the other. */
    async *jobs(filter: JobFilter = {}, options?: CallOptions): AsyncGenerator<Job, void> {
      let cursor = filter.cursor;
      do {
        const page = await client.listJobs(cursor === undefined ? filter : { ...filter, cursor }, options);
        yield* page.jobs;
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
    },
    /** Runs failed jobs again: all, or those that the filter means. */
    retryJobs: (filter: RetryFilter = {}, options?: CallOptions) =>
      post<Retried>(`${API}/jobs/retry`, { ...options, json: filter }),

    // ---- batches ----
    getBatch: (id: string, { wait, signal }: GetOptions = {}) => get<Batch>(batch(id), { query: { wait }, signal }),
    cancelBatch: (id: string, options?: CallOptions) => post<BatchCancelled>(`${batch(id)}/cancel`, options),

    // ---- live ----
    /** A job's events, over as many connections as it takes, until it has ended. */
    jobEvents: (id: string, options: EventOptions = {}) =>
      typedEvents<JobEvent>(http, `${job(id)}/events`, LAST_OF_JOB, options),
    batchEvents: (id: string, options: EventOptions = {}) =>
      typedEvents<BatchEvent>(http, `${batch(id)}/events`, LAST_OF_BATCH, options),
    /** All of a vendor's events, from now on; it ends with the signal. */
    vendorEvents: ({ vendorId, ...options }: EventOptions & { vendorId?: string } = {}) =>
      typedEvents<VendorEvent>(http, `${API}/events`, LAST_OF_VENDOR, { ...options, query: { vendorId } }),
    /** The job once it has completed or failed. */
    waitForJob: (id: string, options: WaitOptions<Job, JobEvent> = {}) =>
      waitFor<Job, JobEvent>(http, {
        path: job(id),
        hasEnded: ({ state }) => state === 'completed' || state === 'failed',
        events: (signal) => client.jobEvents(id, { signal }),
        after: jobAfter,
      }, options) as Promise<EndedJob>,
    /** The batch once all of its jobs have ended. */
    waitForBatch: (id: string, options: WaitOptions<Batch, BatchEvent> = {}) =>
      waitFor<Batch, BatchEvent>(http, {
        path: batch(id),
        hasEnded: ({ done }) => done,
        events: (signal) => client.batchEvents(id, { signal }),
        after: (event) => (event.name === 'state' || event.name === 'batch-completed' ? event.data : 'ask'),
      }, options),

    // ---- webhooks: `query.vendorId` where the caller may speak for others ----
    getWebhook: (query: { vendorId?: string } = {}, options?: CallOptions) => get<Webhook>(`${API}/webhook`, { ...options, query }),
    /** `secret` is shown this once. */
    setWebhook: (webhook: WebhookOrder, query: { vendorId?: string } = {}, options?: CallOptions) =>
      http.json<NewWebhook>('PUT', `${API}/webhook`, { ...options, query, json: webhook }),
    removeWebhook: (query: { vendorId?: string } = {}, options?: CallOptions) =>
      http.json<{ success: true }>('DELETE', `${API}/webhook`, { ...options, query }),
    testWebhook: (query: { vendorId?: string } = {}, options?: CallOptions) =>
      post<WebhookTested>(`${API}/webhook/test`, { ...options, query }),
    getWebhookDeliveries: (query: { vendorId?: string; limit?: number; cursor?: string } = {}, options?: CallOptions) =>
      get<WebhookDeliveries>(`${API}/webhook/deliveries`, { ...options, query }),

    // ---- limits, vendors ----
    /** How many requests are left. */
    getRateLimits: (options?: CallOptions) => get<RateLimits>(`${API}/rate-limits`, options),
    admin: adminOf(http),

    // ---- queues, health ----
    getQueueStats: (options?: CallOptions) => get<QueueStats>(`${API}/queue-stats`, options),
    pauseQueue: (queue: QueueName, options?: CallOptions) => post<QueuePaused>(`${API}/queues/${queue}/pause`, options),
    resumeQueue: (queue: QueueName, options?: CallOptions) => post<QueuePaused>(`${API}/queues/${queue}/resume`, options),
    /** Forgets what waits, of one vendor where it is given. */
    drainQueue: (queue: QueueName, filter: { vendorId?: string } = {}, options?: CallOptions) =>
      post<QueueDrained>(`${API}/queues/${queue}/drain`, { ...options, json: filter }),
    /** Also where it is unhealthy: see `status`. */
    getWorkerHealth: (options?: CallOptions) =>
      get<WorkerHealth | WorkerHealthUnknown>('/api/worker/health', { ...options, accept: [503] }),
    about: (options?: CallOptions) => get<About>('/', { ...options, headers: { Accept: 'application/json' } }),
  };
  return client;
}

export type Client = ReturnType<typeof createClient>;

function jobAfter(event: JobEvent, job: Job | undefined): Job | 'ask' | 'ended' {
  switch (event.name) {
    case 'state':
      return event.data;
    case 'completed':
    case 'failed':
      return 'ended';
    case 'removed':
      throw new CutroomError('The job was removed', { status: 0, code: 'job_removed' });
    case 'resync':
      return 'ended';
    default: {
      if (!job) return 'ask';
      const { state = job.state, progress = 0, failedReason = job.failedReason } = event.data;
      return { ...job, state, progress, failedReason };
    }
  }
}
