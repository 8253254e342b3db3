// What the scenarios claim with: they run in browsers too, where there is no node:assert.
export function ok(value, what) {
  if (!value) throw new Error(what ?? 'not true');
}

export function equal(got, wanted, what = '') {
  const [a, b] = [JSON.stringify(got), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`${what} got ${a}, wanted ${b}`.trim());
}

export function matches(text, pattern) {
  if (!pattern.test(text)) throw new Error(`${JSON.stringify(text)} does not match ${pattern}`);
}

// The error that the call throws.
export async function error_of(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('it should have thrown');
}
