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
}
