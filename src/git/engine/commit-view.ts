import { Failure } from '../../core/failure.ts';
import type { CommitId, LoggedCommit, Person, Signs } from '../../release/log.ts';
import { commitDate, decoderFor, parsePerson } from './commit-stamp.ts';
import type { ObjectId } from './object-id.ts';
import { TextPlaces } from './text-places.ts';

export interface ParsedCommit extends LoggedCommit {
  readonly tree: ObjectId;
}

/**
 * A commit that is read where its bytes stand, in a block of many. What puts a log in order is read at once; names and messages become text each time
 * that they are asked for, since of ten thousands of commits hardly any is shown.
 *
 * Commits are taken as other people's tools wrote them: odd names, dates and time zones as they are (an unreadable date is 0), text that is not in its stated
 * encoding becomes U+FFFD.
 */
export class CommitView implements ParsedCommit {
  readonly id: CommitId;
  readonly parents: readonly CommitId[];
  /** Milliseconds since the epoch. */
  readonly committedAt: number;
  readonly #block: Buffer;
  readonly #start: number;
  readonly #end: number;
  readonly #messageAt: number;
  readonly #encoding: string | undefined = undefined;
  #places: TextPlaces | undefined;

  /**
   * @param block nobody changes it any more; the commit's bytes stand there from `start` to `end`
   * @param places in the block. Default: those of a block of this commit alone
   * @throws Failure `corrupt` where the tree, a parent, the author or the committer is missing
   */
  constructor(id: CommitId, block: Buffer, start = 0, end = block.length, places?: TextPlaces) {
    const head = readHead(block, start, end);
    const { isSound, tree, parents, author, committer, committerEnd } = head;
    if (!isSound || tree < 0 || author < 0 || committer < 0)
      throw new Failure('corrupt', `commit ${id} is damaged: no valid tree, parents, author and committer`);
    this.id = id;
    this.parents = parents;
    this.committedAt = commitDate(block, committer, committerEnd);
    this.#block = block;
    this.#start = start;
    this.#end = end;
    this.#places = places;
    this.#messageAt = head.messageAt;
    if (head.encoding >= 0) this.#encoding = block.toString('latin1', head.encoding, head.encodingEnd);
  }

  get bytes(): Buffer {
    return this.#block.subarray(this.#start, this.#end);
  }

  get tree(): ObjectId {
    const { tree } = this.#head();
    return this.#block.toString('latin1', tree, tree + idLength);
  }

  get author(): Person {
    const { author, authorEnd } = this.#head();
    return parsePerson(this.#block.toString('latin1', author, authorEnd), decoderFor(this.#encoding));
  }

  get authoredAt(): number {
    const { author, authorEnd } = this.#head();
    return commitDate(this.#block, author, authorEnd);
  }

  get committer(): Person {
    const { committer, committerEnd } = this.#head();
    return parsePerson(this.#block.toString('latin1', committer, committerEnd), decoderFor(this.#encoding));
  }

  get message(): string {
    return decoderFor(this.#encoding)(this.#block, this.#messageAt, this.#end);
  }

  mayHold({ anywhere, atStart }: Signs): boolean {
    // In another encoding the same letters may be other bytes.
    if (this.#encoding !== undefined) return true;
    const [from, to] = [this.#messageAt, this.#end];
    const places = (this.#places ??= TextPlaces.of(this.#block));
    for (const text of anywhere) if (places.maySee(text, from, to)) return true;
    return mayBegin(this.#block, from, to, atStart);
  }

  #head(): CommitHead {
    return readHead(this.#block, this.#start, this.#end);
  }
}

/** Where the lines of a commit before its message stand, behind their keys; -1: there is none. Of lines that stand there twice the first counts. */
interface CommitHead {
  /** Whether tree and parents are ids. */
  isSound: boolean;
  tree: number;
  parents: CommitId[];
  author: number;
  authorEnd: number;
  committer: number;
  committerEnd: number;
  encoding: number;
  encodingEnd: number;
  messageAt: number;
}

/** Byte by byte, without an object for each line or for each commit: histories have them by the ten thousands. @returns what the next call changes */
function readHead(block: Buffer, start: number, end: number): CommitHead {
  head.isSound = true;
  head.parents = [];
  head.tree = head.author = head.committer = head.encoding = -1;
  head.messageAt = end;
  for (let at = readIds(block, start, end); at < end;) {
    let to = at;
    while (to < end && block[to] !== newline) to++;
    if (to === at && at > start) {
      head.messageAt = at + 1;
      break;
    }
    readLine(block, at, to);
    at = to + 1;
  }
  return head;
}

/** The tree and the parents, where they stand as git writes them. @returns where the next line begins */
function readIds(block: Buffer, start: number, end: number): number {
  if (!isIdLine(keys.tree, block, start, end)) return start;
  head.tree = start + keys.tree.length;
  let at = head.tree + idLength + 1;
  for (; isIdLine(keys.parent, block, at, end); at += keys.parent.length + idLength + 1)
    addParent(block, at + keys.parent.length);
  return at;
}

/** Lines that begin with a blank go on with gpgsig or mergetag. */
function readLine(block: Buffer, at: number, to: number): void {
  if (head.tree < 0 && isAt(keys.tree, block, at, to)) {
    head.tree = at + keys.tree.length;
    head.isSound &&= isId(block, head.tree, to);
  } else if (isAt(keys.parent, block, at, to)) {
    const parent = at + keys.parent.length;
    addParent(block, parent);
    head.isSound &&= isId(block, parent, to);
  } else if (head.author < 0 && isAt(keys.author, block, at, to)) {
    head.author = at + keys.author.length;
    head.authorEnd = to;
  } else if (head.committer < 0 && isAt(keys.committer, block, at, to)) {
    head.committer = at + keys.committer.length;
    head.committerEnd = to;
  } else if (head.encoding < 0 && isAt(keys.encoding, block, at, to)) {
    head.encoding = at + keys.encoding.length;
    head.encodingEnd = to;
  }
}

function addParent(block: Buffer, at: number): void {
  const id = block.toString('latin1', at, at + idLength) as CommitId;
  // An array that grows takes room for many, and almost every commit has one parent.
  if (head.parents.length === 0) head.parents = [id];
  else head.parents.push(id);
}

const head: CommitHead = {
  isSound: true,
  tree: -1,
  parents: [],
  author: -1,
  authorEnd: -1,
  committer: -1,
  committerEnd: -1,
  encoding: -1,
  encodingEnd: -1,
  messageAt: -1,
};

const newline = 10;
const idLength = 40;
const keys = {
  tree: Buffer.from('tree '),
  parent: Buffer.from('parent '),
  author: Buffer.from('author '),
  committer: Buffer.from('committer '),
  encoding: Buffer.from('encoding '),
} as const;

function isIdLine(key: Buffer, block: Buffer, at: number, end: number): boolean {
  const to = at + key.length + idLength;
  return to < end && block[to] === newline && isAt(key, block, at, to) && isId(block, at + key.length, to);
}

function isAt(key: Buffer, block: Buffer, at: number, to: number): boolean {
  if (block[at] !== key[0] || to - at < key.length) return false;
  for (let place = 1; place < key.length; place++) if (block[at + place] !== key[place]) return false;
  return true;
}

function isId(block: Buffer, from: number, to: number): boolean {
  if (to - from !== idLength) return false;
  for (let at = from; at < to; at++) {
    const byte = block[at] ?? 0;
    if (!((byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66))) return false;
  }
  return true;
}

/** Whether a text may stand at the beginning, behind blanks and `*`, in capitals or not. Bytes of other letters may be blanks. */
function mayBegin(block: Buffer, from: number, to: number, text: string): boolean {
  let at = from;
  while (at < to && isPassed(block[at] ?? 0)) at++;
  if (to - at < text.length) return false;
  for (let place = 0; place < text.length; place++)
    if (lower(block[at + place] ?? 0) !== text.charCodeAt(place)) return false;
  return true;
}

function isPassed(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0x2a || byte >= 0x80;
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}
