import type { Brand } from '../core/brand.ts';

/** 40 (SHA-1) hex digits. */
export type CommitId = Brand<string, 'CommitId'>;

export interface Person {
  readonly name: string;
  readonly email: string;
}

export interface LoggedCommit {
  readonly id: CommitId;
  readonly parents: readonly CommitId[];
  readonly author: Person;
  /** Milliseconds since the epoch. */
  readonly authoredAt: number;
  readonly committer: Person;
  readonly committedAt: number;
  readonly message: string;
  /** Whether the message may hold one of these signs; `false` only where it does not. Far cheaper than the message, where it is there. */
  readonly mayHold?: (signs: Signs) => boolean;
}

/** What messages are searched for before they become text; all of it ASCII. */
export interface Signs {
  /** Letter by letter, anywhere in the message. */
  readonly anywhere: readonly string[];
  /** In lower case: at its beginning, behind blanks and `*`, in capitals or not. */
  readonly atStart: string;
}
