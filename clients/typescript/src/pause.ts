// Beyond it, timers fire at once.
const LONGEST_MS = 2 ** 31 - 1;

/** As setTimeout, for any length. */
export function timer(run: () => void, ms: number): ReturnType<typeof setTimeout> {
  return setTimeout(run, Math.min(ms, LONGEST_MS));
}

/** Resolves after the time; rejects with the signal's reason where that comes first. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const running = timer(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    function stop() {
      clearTimeout(running);
      reject(signal?.reason);
    }
    signal?.addEventListener('abort', stop, { once: true });
  });
}

export interface LinkedSignal {
  signal: AbortSignal;
  abort(reason: unknown): void;
  /** To be called in any case, or listeners pile up on the outer signal. */
  release(): void;
}

/** A signal that follows another one and can be aborted by itself. (AbortSignal.any is younger than Node 18.) */
export function linked(outer?: AbortSignal): LinkedSignal {
  const controller = new AbortController();
  const follow = () => controller.abort(outer?.reason);
  if (outer?.aborted) follow();
  outer?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    release: () => outer?.removeEventListener('abort', follow),
  };
}
