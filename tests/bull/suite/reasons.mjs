// Why a test of Bull's fails with ours behind it, or has nothing of ours in it: the first row whose text its title holds.
const FAILS = [
  [/fails to extend lock/, 'the event is of the Node worker\'s own timer (lockRenewTime); ours renews at a third of the lock'],
  [/raise exception if queue has active jobs/, 'wants the next job taken in the very step that ends one; ours is asked for right after it'],
  [/should not processed delayed jobs/, 'on purpose: a delayed job of a paused queue stays among the delayed until the queue is resumed'],
  [/stall more than allowable/, 'wants a worker that does not renew its lock (lockRenewTime beyond lockDuration); ours always does'],
  [/an unlocked job should not be moved/, 'releases the lock by the Queue object\'s token; the lock is our worker\'s, under its own'],
  [/custom backoff/, 'the back-off is a function in the Node process (settings.backoffStrategies)'],
  [/rate limit by grouping/, 'limiter.groupKey is not kept by our workers; vendors have limits and caps of their own'],
  [/removes any job from active set/, 'on purpose: a job that a worker holds is not removed; its worker would go on with it'],
  [/^events .*(waiting|new message|priority message)|emit a waiting event when adding a repeatable/, 'the local event waiting is for what the same Queue object makes waiting, by its token; ours is a process of its own'],
  [/not re-add a repeatable job after/, 'watches the Node worker\'s own nextRepeatableJob()'],
  [/^workers should get all workers/, 'asks for the workers before the process of ours has come up; tests/bull/board.test.mjs has the same test with a worker that is up'],
];
const NOTHING_OF_OURS = [
  [/^Child pool/i, 'child processes of Node\'s sandbox alone, without a queue'],
  [/^sandboxed process should (error if processor|fail if the process)/, 'Node refuses the processor\'s file before there is a job'],
  [/^connection|^Connection/, 'a Queue object\'s connections'],
  [/^Queue \.close/, 'how a Queue object closes its connections'],
  [/^Queue instantiation/, 'how a Queue object is made'],
  [/^workers /, 'counts what connects under the queue\'s name'],
  [/not initialize blocking client|whenCurrentJobsFinished/, 'a Queue object without a worker'],
  [/should throw exception if missing|^Queue Cleaner should reject|simutaneously/, 'Node refuses the options before Redis is asked'],
  [/^repeat/, 'adds a series and looks at it; no job of it is due'],
  [/^Queue Cleaner/, 'queue.clean() on what Bull itself made'],
  [/^Jobs getters|getCountsPerPriority/, 'reads what Bull itself made'],
  [/^Job |^events |^Queue |^Obliterate/, 'only functions of Bull\'s on what Bull itself made (jobs under names, ids or options that our producers don\'t have)'],
];

export const is_known_to_fail = (title) => FAILS.some(([pattern]) => pattern.test(title));
const first = (rows, title) => rows.find(([pattern]) => pattern.test(title))?.[1];
export function reason_for(title, failing_at, result) {
  if (failing_at.length) return first(FAILS, title) ?? `not looked into: ${result?.error ?? ''}`;
  return first(NOTHING_OF_OURS, title) ?? '';
}
