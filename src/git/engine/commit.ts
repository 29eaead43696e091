import { Failure } from '../../core/failure.ts';
import type { CommitId, Person } from '../../release/log.ts';
import { CommitView, type ParsedCommit } from './commit-view.ts';
import type { ObjectId } from './object-id.ts';

export interface NewCommit {
  readonly tree: ObjectId;
  readonly parents: readonly CommitId[];
  readonly author: Person;
  readonly committer: Person;
  /** Milliseconds since the epoch, for both; written in whole seconds, in UTC. What is before it: 0. */
  readonly at: number;
  readonly message: string;
}

/**
 * The bytes of a commit object. With `signature` they hold it as `gpgsig`; without, they are what a signer signs.
 * The message gets a final newline where it has none.
 * @throws Failure `invalid-input` where a name, an address or the message cannot stand in a commit
 */
export function encodeCommit(commit: NewCommit, signature?: string): Buffer {
  if (commit.message.includes('\0')) {
    throw new Failure('invalid-input', 'the commit message holds a NUL character; git does not allow that');
  }
  // Git has no dates before 1970; a clock may.
  const stamp = `${Math.max(0, Math.floor(commit.at / 1000))} +0000`;
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${identity(commit.author, 'author')} ${stamp}`,
    `committer ${identity(commit.committer, 'committer')} ${stamp}`,
  ];
  if (signature !== undefined) lines.push(`gpgsig ${signature.trimEnd().replaceAll('\n', '\n ')}`);
  const message = commit.message.endsWith('\n') ? commit.message : `${commit.message}\n`;
  return Buffer.from(`${lines.join('\n')}\n\n${message}`, 'utf8');
}

/**
 * Reads a commit, all of it (see `CommitView`).
 * @throws Failure `corrupt` where the tree, a parent, the author or the committer is missing
 */
export function parseCommit(id: CommitId, bytes: Uint8Array): ParsedCommit {
  const view = new CommitView(id, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const { tree, parents, author, authoredAt, committer, committedAt, message } = view;
  return { id, tree, parents, author, authoredAt, committer, committedAt, message };
}

function identity(person: Person, role: string): string {
  const name = clean(person.name);
  const email = clean(person.email);
  if (name === '' || email === '') {
    throw new Failure(
      'invalid-input',
      `the ${role} of a commit needs a name and an address, but got "${name}" and "${email}"`,
    );
  }
  return `${name} <${email}>`;
}

/** Without the characters that would end the name, the address or the header. */
function clean(text: string): string {
  return text
    .replaceAll(/[\p{Cc}<>]+/gu, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim();
}
