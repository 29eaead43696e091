import { Failure } from '../core/failure.ts';

/** What `read` gives, or the Failure `too-large` as a value: a tree hands that to who asked for it. */
export function orTooLarge<Result>(read: () => Result): Result | Failure {
  try {
    return read();
  } catch (error) {
    if (error instanceof Failure && error.code === 'too-large') return error;
    throw error;
  }
}
