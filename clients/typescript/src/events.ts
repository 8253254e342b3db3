// The events of a job, a batch, a vendor, with their types.
import { CutroomError } from './errors.js';
import { follow } from './follow.js';
import type { FollowOptions } from './follow.js';
import type { Http } from './http.js';
import type { RawEvent } from './sse.js';
import type { Batch, Job, JobEventData } from './types.js';

interface Named<Name extends string, Data> {
  /** To go on from here: `lastEventId`. */
  id: string;
  name: Name;
  data: Data;
}

/** Something happened to one job. */
export type JobChange = Named<'queued' | 'active' | 'progress' | 'completed' | 'failed' | 'delayed' | 'removed', JobEventData>;
/** Something was missed that is no longer known: ask for the job or batch. */
export type Resync = Named<'resync', Record<string, never>>;
export type BatchCompleted = Named<'batch-completed', Batch>;

export type JobEvent = Named<'state', Job> | JobChange | Resync;
export type BatchEvent = Named<'state', Batch> | JobChange | BatchCompleted | Resync;
export type VendorEvent = JobChange | BatchCompleted | Resync;

/** After these a stream of the kind has nothing more to tell. */
export const LAST_OF_JOB: ReadonlySet<string> = new Set(['completed', 'failed', 'removed']);
export const LAST_OF_BATCH: ReadonlySet<string> = new Set(['batch-completed']);
export const LAST_OF_VENDOR: ReadonlySet<string> = new Set();

export async function* typedEvents<E extends { name: string }>(
  http: Http, path: string, last: ReadonlySet<string>, options: FollowOptions,
): AsyncGenerator<E, void> {
  for await (const event of follow(http, path, options)) {
    yield { id: event.id, name: event.name, data: dataOf(event) } as unknown as E;
    if (last.has(event.name)) return;
  }
}

function dataOf(event: RawEvent): unknown {
  try {
    return JSON.parse(event.data);
  } catch (cause) {
    throw new CutroomError('an event is not JSON', { status: 200, code: 'bad_answer', cause });
  }
}
