import type { DestinationStream, Logger } from 'pino';
import { scrub, secretKeys } from './scrub.ts';

export interface LoggerOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** Takes whole lines of JSON. Default: standard error, at once, so that nothing is lost when the process ends. */
  readonly destination?: DestinationStream;
}

/**
 * Structured logs by pino (product.md, 8): one JSON object a line, times in ISO 8601, no secrets: fields with telling names are replaced, user info in
 * URLs and credentials after `Basic` and `Bearer` are cut from every text.
 */
export async function createLogger({ level, destination }: LoggerOptions): Promise<Logger> {
  const { pino } = await import('pino');
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: describeError },
    redact: { paths: deepPaths(secretKeys), censor: '***' },
    hooks: { streamWrite: scrub },
  };
  return pino(options, destination ?? pino.destination({ fd: 2, sync: true }));
}

/** What a reader needs of an error: our own failures without their stack, bugs with it, causes below. */
function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return String(error);
  const { name, message, stack, cause } = error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return {
    type: name,
    code,
    message,
    stack: name === 'Failure' ? undefined : stack,
    cause: cause === undefined || depth >= deepestCause ? undefined : describeError(cause, depth + 1),
  };
}

const deepestCause = 5;

/** pino redacts by path, not by name: the names on the first three levels. */
function deepPaths(names: readonly string[]): string[] {
  return names.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
}
