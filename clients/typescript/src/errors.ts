import type { ApiErrorCode, FieldProblem } from './types.js';

/** The server's codes (docs/errors.md), and those of this package, which have status 0. */
export type ErrorCode =
  | ApiErrorCode
  /** The server could not be reached, or the connection broke. */
  | 'network_error'
  /** What answered was no Cutroom: no JSON, or not what was asked for. */
  | 'bad_answer'
  /** Not done within the time that the caller gave. The job itself goes on. */
  | 'wait_timed_out'
  /** The job was removed while it was waited for. */
  | 'job_removed';

export interface CutroomErrorFields {
  status: number;
  code: ErrorCode;
  details?: readonly FieldProblem[];
  retryAfterMs?: number | undefined;
  cause?: unknown;
}

/** Everything that goes wrong, but for an abort: that throws the signal's own reason. */
export class CutroomError extends Error {
  /** The HTTP status; 0 where there was no answer to speak of. */
  readonly status: number;
  /** Stable: match on it. */
  readonly code: ErrorCode;
  /** The fields that are to blame, where single ones are. */
  readonly details: readonly FieldProblem[];
  /** When another try makes sense, where the server said so. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, fields: CutroomErrorFields) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.name = 'CutroomError';
    this.status = fields.status;
    this.code = fields.code;
    this.details = fields.details ?? [];
    this.retryAfterMs = fields.retryAfterMs;
  }
}

/** Works across copies of this package, where instanceof does not. */
export function isCutroomError(error: unknown): error is CutroomError {
  return error instanceof Error && error.name === 'CutroomError' && 'code' in error && 'status' in error;
}

/** Seconds or a date, as HTTP has it. */
export function retryAfterMs(response: Response, now = Date.now()): number | undefined {
  const text = response.headers.get('retry-after');
  if (!text) return undefined;
  if (/^\d+$/.test(text.trim())) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Reads the body of an answer that is not a good one. */
export async function errorOf(response: Response): Promise<CutroomError> {
  const text = await response.text().catch(() => '');
  let body: { error?: unknown; code?: unknown; details?: unknown } = {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (parsed && typeof parsed === 'object') body = parsed;
  } catch {
    // A proxy's page, most likely; the status must do.
  }
  const known = typeof body.code === 'string';
  const what = typeof body.error === 'string' ? body.error : response.statusText || `HTTP ${response.status}`;
  return new CutroomError(what, {
    status: response.status,
    code: known ? (body.code as ErrorCode) : codeOf(response.status),
    details: Array.isArray(body.details) ? (body.details as FieldProblem[]) : [],
    retryAfterMs: retryAfterMs(response),
  });
}

// What a proxy in between means, which knows no codes.
function codeOf(status: number): ErrorCode {
  switch (status) {
    case 404:
      return 'not_found';
    case 405:
      return 'method_not_allowed';
    case 413:
      return 'too_large';
    case 502:
    case 503:
    case 504:
      return 'unavailable';
    default:
      return 'bad_answer';
  }
}
