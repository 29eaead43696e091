/**
 * Why one unit of work (a command, a scan of one image, a run of one repository) stopped. The set is closed.
 * The second column is the exit code that the command line gives for it (product.md, 10).
 */
export const failureExits = {
  usage: 2, // wrong flags or arguments
  'invalid-config': 2, // tallyman.yaml breaks its schema
  'invalid-input': 2, // a file or value given on the command line
  'auth-failed': 4, // credentials missing or not accepted
  forbidden: 4, // accepted, but not allowed to
  'not-found': 4, // repository, branch or image that is not there
  unreachable: 4, // no connection, name not resolved, TLS failed
  timeout: 4, // the peer hung
  'rate-limited': 4, // the peer asks to come back later
  'bad-answer': 4, // the peer answered something its protocol does not allow
  'too-large': 4, // the peer's answer is over the bound
  refused: 1, // the remote refused the push: hook, protection, permission
  untrusted: 1, // a commit that no trusted signer signed
  corrupt: 4, // stored data that fails its checksum
  disk: 4, // this machine's disk does not take or give it: full, read-only, no right to it
  aborted: 4, // stopped from outside
  internal: 2, // a bug of ours
} as const;

export type FailureCode = keyof typeof failureExits;

export interface FailureDetail {
  /** Host of the peer, `name:port`, never with credentials. */
  readonly host?: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** Whether the same call may succeed later without anybody changing anything. Default false. */
  readonly retryable?: boolean;
  /** Milliseconds that the peer asked to wait (`Retry-After`). */
  readonly retryAfter?: number;
  readonly cause?: unknown;
}

/** Stops one unit of work. The message says what failed, on which object, what was expected and what to do. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: FailureCode;
  readonly host: string | undefined;
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly retryable: boolean;
  readonly retryAfter: number | undefined;

  constructor(code: FailureCode, message: string, detail: FailureDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.host = detail.host;
    this.file = detail.file;
    this.line = detail.line;
    this.column = detail.column;
    this.retryable = detail.retryable ?? false;
    this.retryAfter = detail.retryAfter;
  }
}

/** Wraps what is not ours; our own failures pass through unchanged. */
export function asFailure(
  error: unknown,
  code: FailureCode = 'internal',
  detail: FailureDetail = {},
): Failure {
  if (error instanceof Failure) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new Failure(code, message, { ...detail, cause: error });
}
