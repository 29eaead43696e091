import { Failure } from '../../core/failure.ts';
import type { CommitId, LoggedCommit, Person } from '../../release/log.ts';
import { isObjectId, type ObjectId } from './object-id.ts';

export interface NewCommit {
  readonly tree: ObjectId;
  readonly parents: readonly CommitId[];
  readonly author: Person;
  readonly committer: Person;
  /** Milliseconds since the epoch, for both; written in whole seconds, in UTC. */
  readonly at: number;
  readonly message: string;
}

export interface ParsedCommit extends LoggedCommit {
  readonly tree: ObjectId;
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
  const stamp = `${Math.floor(commit.at / 1000)} +0000`;
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
 * Reads a commit as other people's tools wrote it: odd names, dates and time zones are taken as they are (an unreadable
 * date is 0), text that is not in its stated encoding becomes U+FFFD.
 * @throws Failure `corrupt` where the tree, a parent, the author or the committer is missing
 */
export function parseCommit(id: CommitId, bytes: Uint8Array): ParsedCommit {
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = raw.indexOf('\n\n');
  const headText = raw.toString('latin1', 0, end < 0 ? raw.length : end);
  const decode = decoderFor(headText);
  let tree: string | undefined;
  const parents: CommitId[] = [];
  let author: Stamped | undefined;
  let committer: Stamped | undefined;
  for (const line of headText.split('\n')) {
    const space = line.indexOf(' ');
    if (space <= 0) continue; // continuation of gpgsig or mergetag
    const value = line.slice(space + 1);
    const key = line.slice(0, space);
    if (key === 'tree') tree ??= value;
    else if (key === 'parent') parents.push(value as CommitId);
    else if (key === 'author') author ??= parseStamped(value, decode);
    else if (key === 'committer') committer ??= parseStamped(value, decode);
  }
  if (tree === undefined || !isObjectId(tree) || !parents.every(isObjectId) || !author || !committer) {
    throw new Failure('corrupt', `commit ${id} is damaged: no valid tree, parents, author and committer`);
  }
  return {
    id,
    tree,
    parents,
    author: author.person,
    authoredAt: author.at,
    committer: committer.person,
    committedAt: committer.at,
    message: end < 0 ? '' : decode(raw.subarray(end + 2)),
  };
}

interface Stamped {
  readonly person: Person;
  readonly at: number;
}

type Decode = (bytes: Uint8Array) => string;

function decoderFor(headText: string): Decode {
  const label = /^encoding (.+)$/m.exec(headText)?.[1];
  if (label === undefined) return utf8;
  try {
    const decoder = new TextDecoder(label, { ignoreBOM: true });
    return (bytes) => decoder.decode(bytes);
  } catch {
    return utf8; // an encoding that nobody knows
  }
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** As git splits it: name before the first `<`, address up to the next `>`, date after the last `>`. */
function parseStamped(value: string, decode: Decode): Stamped {
  const open = value.indexOf('<');
  const close = value.indexOf('>', open + 1);
  const text = (from: number, to: number): string =>
    decode(Buffer.from(value.slice(from, to), 'latin1')).trim();
  const person =
    open < 0
      ? { name: text(0, value.length), email: '' }
      : { name: text(0, open), email: text(open + 1, close < 0 ? value.length : close) };
  const seconds = Number(/^\s*(-?\d+)/.exec(value.slice(value.lastIndexOf('>') + 1))?.[1] ?? 0);
  const at = seconds * 1000;
  return { person, at: Number.isSafeInteger(at) ? at : 0 };
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
