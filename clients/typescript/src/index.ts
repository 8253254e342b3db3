export { createClient } from './client.js';
export type {
  Client, ClientOptions, CompletedJob, EndedJob, EventOptions, FailedJob, GetOptions, QueueOptions,
} from './client.js';
export { CutroomError, isCutroomError } from './errors.js';
export type { ErrorCode } from './errors.js';
export type { BatchCompleted, BatchEvent, JobChange, JobEvent, Resync, VendorEvent } from './events.js';
export type { CallOptions, RequestOptions, RetryPolicy } from './http.js';
export { createQueueAPI, default, queueAPI } from './queue_api.js';
export type { Extras, LooseJob, PollResult, QueueAPI } from './queue_api.js';
export type { components, operations, paths } from './schema.js';
export type * from './types.js';
export type { Transport, WaitOptions } from './wait.js';
