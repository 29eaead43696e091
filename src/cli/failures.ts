import type { Failure } from '../core/failure.ts';

/** A failure as it stands in a JSON document. */
export function failureJson(failure: Failure): Readonly<Record<string, unknown>> {
  const { code, message, file, line, column, host } = failure;
  return { code, message, file, line, column, host };
}
