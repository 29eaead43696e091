import { Failure } from '../../core/failure.ts';
import type { CommitId, LoggedCommit, Person } from '../../release/log.ts';
import { commitDate, decoderFor, parsePerson } from './commit-stamp.ts';
import type { ObjectId } from './object-id.ts';

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
  readonly #encoding: string | undefined;

  /**
   * @param block nobody changes it any more; the commit's bytes stand there from `start` to `end`
   * @throws Failure `corrupt` where the tree, a parent, the author or the committer is missing
   */
  constructor(id: CommitId, block: Buffer, start = 0, end = block.length) {
    const { tree, parents, author, committer, encoding, messageAt } = readHead(block, start, end);
    const sound = tree !== undefined && isId(block, tree) && parents.every((span) => isId(block, span));
    if (!sound || author === undefined || committer === undefined)
      throw new Failure('corrupt', `commit ${id} is damaged: no valid tree, parents, author and committer`);
    this.id = id;
    this.parents = parents.map(({ from, to }) => block.toString('latin1', from, to) as CommitId);
    this.committedAt = commitDate(block, committer.from, committer.to);
    this.#block = block;
    this.#start = start;
    this.#end = end;
    this.#messageAt = messageAt;
    this.#encoding = encoding && block.toString('latin1', encoding.from, encoding.to);
  }

  get bytes(): Buffer {
    return this.#block.subarray(this.#start, this.#end);
  }

  get tree(): ObjectId {
    return this.#latin(this.#head().tree);
  }

  get author(): Person {
    return parsePerson(this.#latin(this.#head().author), decoderFor(this.#encoding));
  }

  get authoredAt(): number {
    const { author } = this.#head();
    return author === undefined ? 0 : commitDate(this.#block, author.from, author.to);
  }

  get committer(): Person {
    return parsePerson(this.#latin(this.#head().committer), decoderFor(this.#encoding));
  }

  get message(): string {
    return decoderFor(this.#encoding)(this.#block, this.#messageAt, this.#end);
  }

  #head(): CommitHead {
    return readHead(this.#block, this.#start, this.#end);
  }

  #latin(span: Span | undefined): string {
    return span === undefined ? '' : this.#block.toString('latin1', span.from, span.to);
  }
}

/** What stands behind the key of a line. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** The lines of a commit before its message. Of lines that stand there twice the first counts. */
interface CommitHead {
  tree: Span | undefined;
  readonly parents: Span[];
  author: Span | undefined;
  committer: Span | undefined;
  encoding: Span | undefined;
  messageAt: number;
}

/** Byte by byte, without a string or an array for each line: histories have commits by the ten thousands. */
function readHead(block: Buffer, start: number, end: number): CommitHead {
  const none = undefined;
  const head: CommitHead = {
    tree: none,
    parents: [],
    author: none,
    committer: none,
    encoding: none,
    messageAt: end,
  };
  for (let at = start; at < end;) {
    let to = at;
    while (to < end && block[to] !== newline) to++;
    if (to === at && at > start) {
      head.messageAt = at + 1;
      break;
    }
    readLine(head, block, at, to);
    at = to + 1;
  }
  return head;
}

/** Lines that begin with a blank go on with gpgsig or mergetag. */
function readLine(head: CommitHead, block: Buffer, at: number, to: number): void {
  switch (block[at]) {
    case keys.tree[0]:
      head.tree ??= after(keys.tree, block, at, to);
      return;
    case keys.parent[0]: {
      const parent = after(keys.parent, block, at, to);
      if (parent !== undefined) head.parents.push(parent);
      return;
    }
    case keys.author[0]:
      head.author ??= after(keys.author, block, at, to);
      return;
    case keys.committer[0]:
      head.committer ??= after(keys.committer, block, at, to);
      return;
    case keys.encoding[0]:
      head.encoding ??= after(keys.encoding, block, at, to);
      break;
    default:
  }
}

const newline = 10;
const keys = {
  tree: Buffer.from('tree '),
  parent: Buffer.from('parent '),
  author: Buffer.from('author '),
  committer: Buffer.from('committer '),
  encoding: Buffer.from('encoding '),
} as const;

function after(key: Buffer, block: Buffer, at: number, to: number): Span | undefined {
  if (to - at < key.length) return undefined;
  for (let place = 0; place < key.length; place++) if (block[at + place] !== key[place]) return undefined;
  return { from: at + key.length, to };
}

function isId(block: Buffer, { from, to }: Span): boolean {
  if (to - from !== 40) return false;
  for (let at = from; at < to; at++) {
    const byte = block[at] ?? 0;
    if (!((byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66))) return false;
  }
  return true;
}
