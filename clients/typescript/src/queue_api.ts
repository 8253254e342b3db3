// The eight functions that React front ends of the queue have been using: same names, same arguments, same answers.
// Types are as loose as they were, so that code compiles as it did; createClient() has exact ones.
import { defaultBaseUrl } from './base_url.js';
import { createClient } from './client.js';
import type { Client, ClientOptions } from './client.js';
import { CutroomError } from './errors.js';
import { linked, pause, timer } from './pause.js';
import type { BulkQueued, Job, PlatformId, Queued, QueueStats, WorkerHealth } from './types.js';

// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Loose = any;

/** What these functions take beyond their old arguments. A string is the vendor's id. */
export type Extras = string | {
  vendorId?: PlatformId | undefined;
  options?: Record<string, unknown> | undefined;
  signal?: AbortSignal | undefined;
};

/** A job whose `data` and `result` can be used without looking first. */
export type LooseJob = Omit<Job, 'data' | 'result'> & { data: Loose; result: Loose };

export interface PollResult {
  success: boolean;
  /** With success: the job's result. */
  result?: Loose;
  /** Without: why not. */
  error?: string;
}

export interface QueueAPI {
  queueBackgroundRemoval(
    recordId: PlatformId, projectId: PlatformId | null | undefined, photoUrl: string, extras?: Extras,
  ): Promise<Queued>;
  queueBulkBackgroundRemoval(
    recordIds: PlatformId[], projectId: PlatformId | null | undefined, photoUrls: string[], extras?: Extras,
  ): Promise<BulkQueued>;
  queueFaceCrop(
    recordId: PlatformId, projectId: PlatformId | null | undefined, photoUrl: string, mode?: string, extras?: Extras,
  ): Promise<Queued>;
  queueBulkFaceCrop(
    recordIds: PlatformId[], projectId: PlatformId | null | undefined, photoUrls: string[], mode?: string, extras?: Extras,
  ): Promise<BulkQueued>;
  getJobStatus(jobId: string, extras?: { signal?: AbortSignal | undefined }): Promise<LooseJob>;
  /** Asks every `interval` ms for at most `maxWait` ms. Never throws, but for the signal's reason. */
  pollJobUntilComplete(
    jobId: string, maxWait?: number, interval?: number, extras?: { signal?: AbortSignal | undefined },
  ): Promise<PollResult>;
  getQueueStats(extras?: { signal?: AbortSignal | undefined }): Promise<QueueStats>;
  /** Throws where the workers are not healthy. */
  getWorkerHealth(extras?: { signal?: AbortSignal | undefined }): Promise<WorkerHealth>;
}

const FIVE_MINUTES_MS = 5 * 60 * 1000;
const TIMED_OUT = 'Job polling timeout';

/** `target`: the server's address, or all that createClient() takes. Default: VITE_BACKEND_URL. */
export function createQueueAPI(target?: string | Partial<ClientOptions>): QueueAPI {
  const options = typeof target === 'string' ? { baseUrl: target } : target;
  let made: Client | undefined;
  // Not before the first call: who imports this may set the address later.
  const client = () => (made ??= createClient({ baseUrl: defaultBaseUrl(), ...options }));

  const queue = <T>(what: string, route: string, fields: object, extras: Extras = {}): Promise<T> => {
    const { signal, ...more } = typeof extras === 'string' ? { vendorId: extras, signal: undefined } : extras;
    return renamed(what, client().queue<T>(route, { ...fields, ...more }, { signal }));
  };

  const api: QueueAPI = {
    queueBackgroundRemoval: (recordId, projectId, photoUrl, extras) =>
      queue('queue background removal', '/remove-bg-queue', { recordId, projectId, photoUrl }, extras),
    queueBulkBackgroundRemoval: (recordIds, projectId, photoUrls, extras) =>
      queue('queue bulk background removal', '/bulk-remove-bg', { recordIds, projectId, photoUrls }, extras),
    queueFaceCrop: (recordId, projectId, photoUrl, mode = 'passport', extras) =>
      queue('queue face crop', '/crop-face-queue', { recordId, projectId, photoUrl, mode }, extras),
    queueBulkFaceCrop: (recordIds, projectId, photoUrls, mode = 'passport', extras) =>
      queue('queue bulk face crop', '/bulk-crop-face', { recordIds, projectId, photoUrls, mode }, extras),
    getJobStatus: (jobId, extras) => renamed('get job status', client().getJob(jobId, extras)),
    getQueueStats: (extras) => renamed('get queue stats', client().getQueueStats(extras)),
    getWorkerHealth: (extras) =>
      renamed('get worker health', client().http.json<WorkerHealth>('GET', '/api/worker/health', { ...extras, retries: 0 })),

    async pollJobUntilComplete(jobId, maxWait = FIVE_MINUTES_MS, interval = 1000, extras = {}) {
      // Also ends a question that is on its way: a server that hangs must not keep anybody for longer than maxWait.
      const link = linked(extras.signal);
      const running = timer(() => link.abort(TIMED_OUT), maxWait);
      try {
        while (!link.signal.aborted) {
          const job = await api.getJobStatus(jobId, { signal: link.signal }).catch(unlessFinal);
          if ('error' in job) return job;
          if (job.state === 'completed') return { success: true, result: job.result };
          if (job.state === 'failed') return { success: false, error: job.failedReason ?? 'Job failed' };
          await pause(interval, link.signal).catch(() => {});
        }
      } finally {
        clearTimeout(running);
        link.release();
      }
      extras.signal?.throwIfAborted();
      return { success: false, error: TIMED_OUT };
    },
  };
  return api;
}

// An answer that will be the same next time ends the polling; after any other one it goes on.
function unlessFinal(error: unknown): { success: false; error: string } | { state: 'unknown' } {
  if (error instanceof CutroomError && [400, 401, 403, 404].includes(error.status))
    return { success: false, error: (error.cause as Error).message };
  return { state: 'unknown' };
}

// "Failed to get job status: Job not found", with all that the error has.
async function renamed<T>(what: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof CutroomError)) throw error;
    const { status, code, details, retryAfterMs } = error;
    throw new CutroomError(`Failed to ${what}: ${error.message}`, { status, code, details, retryAfterMs, cause: error });
  }
}

/** Talks to VITE_BACKEND_URL. */
export const queueAPI: QueueAPI = createQueueAPI();

export default queueAPI;
