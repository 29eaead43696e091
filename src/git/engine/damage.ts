import { Failure } from '../../core/failure.ts';
import type { FetchRequest } from '../transport.ts';
import { errorCode } from './durable.ts';

/** What another clone cures: bytes that are not what they should be, or that this user may no longer read, and a file where a folder should be. */
export function isDamage(error: unknown): error is Failure {
  if (!(error instanceof Failure)) return false;
  if (error.code === 'disk') return ['EACCES', 'EPERM'].includes(errorCode(error.cause) ?? '');
  if (error.code === 'not-found') return errorCode(error.cause) === 'ENOTDIR';
  return error.code === 'corrupt';
}

/** What was wrong with a pack that came for `request`: where nothing of ours went into it, the server sent it so. */
export function blamed(error: unknown, request: FetchRequest, repository: string): unknown {
  if (!(error instanceof Failure) || error.code !== 'corrupt' || request.haves.length > 0) return error;
  const words = `the server of ${repository} sent a pack that cannot be read: ${error.message}; nothing of it is kept`;
  return new Failure('bad-answer', words, { retryable: true, cause: error });
}
