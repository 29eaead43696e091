import type { Outline, OutlineNode } from './outline.ts';
import { parse } from './parse.ts';
import { readOutline } from './read.ts';
import { readToSameState } from './same-ahead.ts';
import { scalarText } from './scalar.ts';
import { nodeAt, pointerOf } from './walk.ts';

/** One planned edit and the value that it must bring about. */
export interface PlannedEdit {
  readonly start: number;
  readonly end: number;
  readonly source: string;
  /** The whole decoded value of the scalar after the edit. */
  readonly new: string;
}

export interface ProofOptions {
  /**
   * Longest text, in UTF-16 code units, of which both versions are parsed in full by the `yaml` package. Above it
   * they are read by `readOutline`. Default 65,536. Parsing costs about half a millisecond per kB: a caller with many
   * files keeps a budget for the run, and gives 0 when it is used up.
   */
  readonly parseBudget?: number;
  /**
   * The scanner was sure of all of `before`, as `FileFacts.scanned` tells. Beyond the parse budget the outlines are then compared only up to where all
   * the rest is known to be equal (`readToSameState`). Default false.
   */
  readonly scanned?: boolean;
}

/**
 * Shows that `after` differs from `before` in exactly the planned scalars: every other byte, key, value, kind, style,
 * comment, anchor, tag and document is the same and in the same order. An edit replaces one scalar or a part of one,
 * writes a value that was empty, or inserts one scalar entry into a map.
 * @returns why that is not so, or `undefined` where it is proven
 */
export function prove(
  before: string,
  after: string,
  edits: readonly PlannedEdit[],
  options: ProofOptions = {},
): string | undefined {
  const budget = options.parseBudget ?? 65_536;
  const moved = placesAfter(before, after, edits);
  if (typeof moved === 'string') return moved;
  const inFull = Math.max(before.length, after.length) <= budget;
  if (!inFull && options.scanned === true && isProvenAhead(before, after, moved)) return undefined;
  const read = inFull ? parse : readOutline;
  const now = read(after);
  const unreadable =
    'error' in now ? `the file cannot be read after the edit: ${now.error.message}` : undefined;
  // It became too large by the edit, so that it was nearly so before.
  if ('error' in now && now.error.isLimit === true) return unreadable;
  const old = read(before);
  if ('error' in old) return `the file cannot be read before the edit: ${old.error.message}`;
  if ('error' in now) return unreadable;
  return new Comparison(old.outline, now.outline, moved).run();
}

/** Whether it is proven by reading no further than needed. Where it is not, the whole is compared, and that says why. */
function isProvenAhead(before: string, after: string, moved: readonly MovedEdit[]): boolean {
  const [first, last] = [moved[0], moved.at(-1)];
  if (first === undefined || last === undefined || moved.some((edit) => edit.start === edit.end))
    return false;
  const part = readToSameState(before, after, first.start, last.end);
  return part !== undefined && new Comparison(part.old, part.now, moved).run() === undefined;
}

interface MovedEdit extends PlannedEdit {
  /** Range of `source` in the text after the edit. */
  readonly from: number;
  readonly to: number;
}

/** Compares every character outside the edits, and finds where each edit's text went. */
function placesAfter(before: string, after: string, edits: readonly PlannedEdit[]): MovedEdit[] | string {
  const moved: MovedEdit[] = [];
  let done = 0;
  let shift = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (edit.start < done || edit.end < edit.start || edit.end > before.length) {
      return 'the planned edits overlap or are outside the file';
    }
    const from = edit.start + shift;
    if (before.slice(done, edit.start) !== after.slice(done + shift, from)) {
      return 'characters outside the planned edits changed';
    }
    const to = from + edit.source.length;
    if (after.slice(from, to) !== edit.source) return 'a planned edit is not in the new text';
    moved.push({ ...edit, from, to });
    done = edit.end;
    shift = to - edit.end;
  }
  return before.slice(done) === after.slice(done + shift)
    ? moved
    : 'characters outside the planned edits changed';
}

class Comparison {
  private readonly old: Outline;
  private readonly now: Outline;
  /** In the order of the text, as are the nodes: what is behind us is not looked at again. */
  private readonly edits: readonly MovedEdit[];
  private nextEdit = 0;
  private readonly insertions: readonly MovedEdit[];
  private nextInsertion = 0;
  private readonly proven = new Set<MovedEdit>();
  /** Index of each old node among the new ones. */
  private readonly indexes: number[] = [];

  constructor(old: Outline, now: Outline, edits: readonly MovedEdit[]) {
    this.old = old;
    this.now = now;
    this.edits = edits;
    this.insertions = edits.filter((edit) => edit.start === edit.end);
  }

  run(): string | undefined {
    for (let index = 0; index < this.now.nodes.length; index++) {
      const inserted = this.insertedBy(index);
      const reason = inserted === undefined ? this.pair(index) : this.checkInserted(inserted, index);
      if (reason !== undefined) return reason;
    }
    if (this.indexes.length !== this.old.nodes.length) return 'values are missing after the edit';
    const unused = this.edits.find((edit) => !this.proven.has(edit));
    if (unused !== undefined) return `the edit that writes ${quote(unused.new)} changed no scalar`;
    return this.checkDocuments() ?? this.checkComments();
  }

  /** The edit that brought a whole entry: its key stands inside the inserted text. */
  private insertedBy(index: number): MovedEdit | undefined {
    const { keyStart } = nodeAt(this.now, index);
    if (keyStart === -1) return undefined;
    let edit = this.insertions[this.nextInsertion];
    while (edit !== undefined && edit.to <= keyStart) edit = this.insertions[++this.nextInsertion];
    return edit !== undefined && edit.from <= keyStart ? edit : undefined;
  }

  private checkInserted(edit: MovedEdit, index: number): string | undefined {
    const node = nodeAt(this.now, index);
    const where = pointerOf(this.now, index);
    if (this.proven.has(edit)) return `the insertion brought more than one entry, up to ${where}`;
    this.proven.add(edit);
    if (node.kind !== 'scalar' || node.end > edit.to) return `the inserted entry ${where} is not one scalar`;
    if (node.anchor !== undefined || node.tag !== undefined)
      return `the inserted entry ${where} has properties`;
    return scalarText(this.now, index) === edit.new
      ? undefined
      : `the inserted entry ${where} has another value`;
  }

  private pair(index: number): string | undefined {
    const oldIndex = this.indexes.length;
    const a = this.old.nodes[oldIndex];
    const b = nodeAt(this.now, index);
    this.indexes.push(index);
    // Both were read as one (`readToSameState`).
    if (a === b && oldIndex === index) return undefined;
    const reason = a === undefined ? 'is there only after the edit' : this.difference(oldIndex, a, index, b);
    return reason === undefined ? undefined : `${pointerOf(this.now, index) || 'the document'} ${reason}`;
  }

  private difference(oldIndex: number, a: OutlineNode, index: number, b: OutlineNode): string | undefined {
    const parent = a.parent === -1 ? -1 : this.indexes[a.parent];
    if (parent !== b.parent || a.document !== b.document || a.depth !== b.depth) return 'moved';
    if (!sameKey(this.old, a, this.now, b)) return 'has another key';
    if (a.anchor !== b.anchor || a.tag !== b.tag) return 'has another anchor or tag';
    if (isScalar(a) && isScalar(b)) return this.compareScalars(oldIndex, a, index, b);
    return a.kind === b.kind && a.style === b.style ? undefined : 'is of another kind';
  }

  private compareScalars(
    oldIndex: number,
    a: OutlineNode,
    index: number,
    b: OutlineNode,
  ): string | undefined {
    const text = scalarText(this.now, index);
    let edit = this.editAt(a, b);
    if (edit === undefined) {
      const same = a.kind === b.kind && a.style === b.style && scalarText(this.old, oldIndex) === text;
      return same ? undefined : 'changed unplanned';
    }
    for (; edit !== undefined; edit = this.editAt(a, b)) {
      if (edit.new !== text) return `is now ${quote(text)}, planned was ${quote(edit.new)}`;
      this.proven.add(edit);
      this.nextEdit++;
    }
    return b.kind === 'scalar' || text === '' ? undefined : 'lost its value';
  }

  /** The next edit of this very scalar. */
  private editAt(a: OutlineNode, b: OutlineNode): MovedEdit | undefined {
    let edit = this.edits[this.nextEdit];
    while (edit !== undefined && edit.start < a.start) edit = this.edits[++this.nextEdit];
    return edit === undefined || edit.end > a.end || isBehind(edit, a, b) ? undefined : edit;
  }

  private checkDocuments(): string | undefined {
    const a = this.old.documents.map(({ root }) => (root === -1 ? -1 : this.indexes[root]));
    const b = this.now.documents.map(({ root }) => root);
    return a.length === b.length && a.every((root, at) => root === b[at])
      ? undefined
      : 'the documents changed';
  }

  private checkComments(): string | undefined {
    const a = this.old.comments;
    const b = this.now.comments;
    const same = (at: number): boolean =>
      a[at] === b[at] ||
      this.old.text.slice(a[at]?.start, a[at]?.end) === this.now.text.slice(b[at]?.start, b[at]?.end);
    return a.length === b.length && a.every((_, at) => same(at)) ? undefined : 'a comment changed';
  }
}

/** An insertion right behind a value that did not become a part of it: an entry on the next line, or in a flow map. */
function isBehind(edit: MovedEdit, a: OutlineNode, b: OutlineNode): boolean {
  return edit.start === edit.end && edit.start === a.end && edit.to > b.end;
}

function isScalar(node: OutlineNode): boolean {
  return node.kind === 'scalar' || node.kind === 'empty';
}

function sameKey(oldOutline: Outline, a: OutlineNode, outline: Outline, b: OutlineNode): boolean {
  if (a.keyStart === -1 || b.keyStart === -1) return a.keyStart === b.keyStart;
  return oldOutline.text.slice(a.keyStart, a.keyEnd) === outline.text.slice(b.keyStart, b.keyEnd);
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
}
