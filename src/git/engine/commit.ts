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
  const head = readHead(raw.toString('latin1', 0, end < 0 ? raw.length : end));
  const { tree, parents } = head;
  if (
    tree === undefined ||
    !isObjectId(tree) ||
    !parents.every(isObjectId) ||
    head.author === undefined ||
    head.committer === undefined
  ) {
    throw new Failure('corrupt', `commit ${id} is damaged: no valid tree, parents, author and committer`);
  }
  const decode = head.encoding === undefined ? utf8 : decoderFor(head.encoding);
  const author = parseStamped(head.author, decode);
  const committer = parseStamped(head.committer, decode);
  return {
    id,
    tree,
    parents,
    author: author.person,
    authoredAt: author.at,
    committer: committer.person,
    committedAt: committer.at,
    message: end < 0 ? '' : decode(raw, end + 2),
  };
}

/** The lines of a commit before its message, each as its bytes. Of lines that stand there twice the first counts. */
interface CommitHead {
  tree: string | undefined;
  readonly parents: CommitId[];
  author: string | undefined;
  committer: string | undefined;
  encoding: string | undefined;
}

/** Without arrays of lines and words: histories have commits by the ten thousands. */
function readHead(text: string): CommitHead {
  const none = undefined;
  const head: CommitHead = { tree: none, parents: [], author: none, committer: none, encoding: none };
  for (let at = 0; at < text.length;) {
    const found = text.indexOf('\n', at);
    const end = found < 0 ? text.length : found;
    // Lines that begin with a blank go on with gpgsig or mergetag.
    if (text.startsWith('tree ', at)) head.tree ??= text.slice(at + 5, end);
    else if (text.startsWith('parent ', at)) head.parents.push(text.slice(at + 7, end) as CommitId);
    else if (text.startsWith('author ', at)) head.author ??= text.slice(at + 7, end);
    else if (text.startsWith('committer ', at)) head.committer ??= text.slice(at + 10, end);
    else if (text.startsWith('encoding ', at)) head.encoding ??= text.slice(at + 9, end);
    at = end + 1;
  }
  return head;
}

interface Stamped {
  readonly person: Person;
  readonly at: number;
}

/** From the given byte on; default all. */
type Decode = (bytes: Buffer, from?: number) => string;

function decoderFor(label: string): Decode {
  try {
    const decoder = new TextDecoder(label, { ignoreBOM: true });
    return (bytes, from = 0) => decoder.decode(bytes.subarray(from));
  } catch {
    return utf8; // an encoding that nobody knows
  }
}

function utf8(bytes: Buffer, from = 0): string {
  return bytes.toString('utf8', from);
}

/** As git splits it: name before the first `<`, address up to the next `>`, date after the last `>`. */
function parseStamped(value: string, decode: Decode): Stamped {
  const open = value.indexOf('<');
  const close = value.indexOf('>', open + 1);
  // Plain text is the same in every encoding that commits are written in.
  const isPlain = decode === utf8 && /^[\x20-\x7e]*$/.test(value);
  const text = (from: number, to: number): string => {
    const part = value.slice(from, to);
    return (isPlain ? part : decode(Buffer.from(part, 'latin1'))).trim();
  };
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
