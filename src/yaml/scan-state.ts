import { areEqual } from './are-equal.ts';
import { hashKey } from './key-hash.ts';
import { makeNode, shifted } from './node.ts';
import type { OpenNode } from './node.ts';
import type { NodeKind, NodeStyle, Outline, OutlineComment, OutlineDocument } from './outline.ts';

/** Nesting beyond this is left to the parser, which says where it is too deep. */
const deepest = 100;

/** More nodes than this are left to the parser, which says that they are too many. */
const mostNodes = 500_000;

/** From this many keys on, a map's keys are looked up in a set instead of one by one. */
const manyKeys = 24;

/**
 * What the scanner knows so far: the nodes, the collections that are open, and the entry whose value is still to come.
 * The rules of the grammar are in the files beside this one.
 */
export class ScanState {
  readonly text: string;
  readonly nodes: OpenNode[] = [];
  readonly comments: OutlineComment[] = [];
  readonly documents: OutlineDocument[] = [];

  /** Where the line to read next starts. */
  position = 0;
  /** Results of reading one token: where its text ends, and where what follows it starts. */
  tokenEnd = 0;
  tokenNext = 0;

  documentOpen = false;
  /** After `...`: only `---` may begin the next document. */
  afterEnd = false;
  root = -1;
  /** Where the document being read starts, and what there was before it. */
  documentStart = 0;
  private nodesBefore = 0;
  private commentsBefore = 0;

  /** Number of open collections. */
  depth = 0;
  /** Column of the innermost open collection, or -1. */
  indent = -1;
  inSequence = false;

  /** The entry that the next node is the value of. */
  keyStart = -1;
  keyEnd = -1;
  anchor: string | undefined;
  tag: string | undefined;
  /** Set while an entry's value may stand on the lines below. */
  pending = false;
  emptyAt = 0;
  /** Set where a comment stands between an entry and its value, no deeper than the entry. */
  shallowComment = false;

  private readonly indents: number[] = [];
  private readonly indexes: number[] = [];
  private readonly sequences: boolean[] = [];
  private readonly keyBases: number[] = [];
  private readonly keySets: (Set<number> | undefined)[] = [];
  private readonly keys: number[] = [];
  private keyCount = 0;
  private lastEnd = 0;
  private anchors: Set<string> | undefined;

  constructor(text: string) {
    this.text = text;
  }

  get outline(): Outline {
    const { text, nodes, documents, comments } = this;
    return { text, nodes, documents, comments };
  }

  /** Whether there are more nodes than the scanner takes. */
  get full(): boolean {
    return this.nodes.length > mostNodes;
  }

  /** Adds the value of the current entry. */
  add(kind: NodeKind, style: NodeStyle, start: number, end: number): OpenNode {
    const { nodes, depth } = this;
    const index = nodes.length;
    const parent = depth === 0 ? -1 : (this.indexes[depth - 1] ?? -1);
    if (depth === 0) this.root = index;
    const { keyStart, keyEnd, anchor, tag } = this;
    const document = this.documents.length;
    const node = makeNode(
      kind,
      style,
      parent,
      index + 1,
      document,
      depth,
      keyStart,
      keyEnd,
      start,
      end,
      anchor,
      tag,
    );
    nodes.push(node);
    this.lastEnd = end;
    this.pending = false;
    this.shallowComment = false;
    this.anchor = undefined;
    this.tag = undefined;
    return node;
  }

  /** Opens a collection as the value of the current entry; false where it is too deep. */
  open(kind: 'map' | 'seq', style: 'block' | 'flow', start: number, column: number): boolean {
    const { depth } = this;
    if (depth >= deepest) return false;
    const index = this.nodes.length;
    this.add(kind, style, start, start);
    this.indexes[depth] = index;
    this.indents[depth] = column;
    this.sequences[depth] = kind === 'seq';
    this.keyBases[depth] = this.keyCount;
    this.keySets[depth] = undefined;
    this.depth = depth + 1;
    this.indent = column;
    this.inSequence = kind === 'seq';
    this.keyStart = -1;
    this.keyEnd = -1;
    return true;
  }

  /** Closes the innermost collection, at the end of its last value or at a bracket. */
  close(end: number = this.lastEnd): void {
    const top = --this.depth;
    const node = this.nodes[this.indexes[top] ?? 0];
    if (node !== undefined) {
      node.end = end;
      node.next = this.nodes.length;
    }
    this.lastEnd = end;
    this.keyCount = this.keyBases[top] ?? 0;
    this.indent = top === 0 ? -1 : (this.indents[top - 1] ?? -1);
    this.inSequence = top !== 0 && this.sequences[top - 1] === true;
  }

  /** Says that the current entry has no value on its own line; it would be written at `emptyAt`. */
  await(emptyAt: number): void {
    this.pending = true;
    this.emptyAt = emptyAt;
  }

  /** Gives an entry that is still without a value the empty one. */
  settle(): void {
    if (this.pending) this.add('empty', 'none', this.emptyAt, this.emptyAt);
  }

  /** Starts an entry of the innermost map; false where it has the key already, or may have. */
  addKey(start: number, end: number): boolean {
    this.keyStart = start;
    this.keyEnd = end;
    const hash = hashKey(this.text, start, end);
    const top = this.depth - 1;
    const base = this.keyBases[top] ?? 0;
    const { keys, keyCount } = this;
    if (keyCount - base < manyKeys) {
      for (let at = base; at < keyCount; at++) if (keys[at] === hash) return false;
    } else {
      const set = (this.keySets[top] ??= new Set(keys.slice(base, keyCount)));
      if (set.has(hash)) return false;
      set.add(hash);
    }
    keys[keyCount] = hash;
    this.keyCount = keyCount + 1;
    return true;
  }

  addComment(start: number, end: number): void {
    this.comments.push({ start, end });
  }

  addAnchor(name: string): void {
    this.anchor = name;
    (this.anchors ??= new Set()).add(name);
  }

  hasAnchor(name: string): boolean {
    return this.anchors?.has(name) === true;
  }

  /** Begins a document at its `---`. */
  startDocument(at: number): void {
    this.endDocument();
    this.documentOpen = true;
    this.afterEnd = false;
    this.keep(at);
  }

  /** Puts what the parser read in place of the document being read, and goes on at `position`. */
  replaceDocument(outline: Outline, position: number): void {
    const { nodesBefore, documentStart: shift } = this;
    this.nodes.length = nodesBefore;
    this.comments.length = this.commentsBefore;
    const documents = this.documents.length;
    for (const node of outline.nodes) this.nodes.push(shifted(node, shift, nodesBefore, documents));
    for (const { start, end } of outline.comments) this.addComment(start + shift, end + shift);
    for (const { root } of outline.documents) {
      this.documents.push({ root: root === -1 ? -1 : root + nodesBefore });
    }
    this.depth = 0;
    this.indent = -1;
    this.inSequence = false;
    this.keyCount = 0;
    this.pending = false;
    this.shallowComment = false;
    this.anchor = undefined;
    this.tag = undefined;
    this.documentOpen = false;
    this.forget();
    this.position = position;
    // Whatever is unsure next is after what was read here: each fallback goes forward.
    this.keep(position);
  }

  /**
   * Whether two scans will take the same text for the same from here on: all that they still know of what is behind them is equal. `shift`:
   * how much further `other` is in its text. No entry may wait for its value; then the key and its properties are forgotten already.
   */
  isLike(other: ScanState, shift: number): boolean {
    const { depth, keyCount } = this;
    return (
      this.position + shift === other.position &&
      this.lastEnd + shift === other.lastEnd &&
      !this.pending &&
      !other.pending &&
      this.nodes.length === other.nodes.length &&
      this.documents.length === other.documents.length &&
      this.documentOpen === other.documentOpen &&
      this.afterEnd === other.afterEnd &&
      this.root === other.root &&
      depth === other.depth &&
      keyCount === other.keyCount &&
      areEqual(this.indents, other.indents, depth) &&
      areEqual(this.indexes, other.indexes, depth) &&
      areEqual(this.sequences, other.sequences, depth) &&
      areEqual(this.keyBases, other.keyBases, depth) &&
      areEqual(this.keys, other.keys, keyCount) &&
      areEqual(Array.from(this.anchors ?? []), Array.from(other.anchors ?? []))
    );
  }

  /**
   * The same scan of another text that begins with the same characters, as far as they were looked at. Both know the very same nodes and
   * comments so far, but for the collections that are open.
   */
  fork(text: string): ScanState {
    const other = new ScanState(text);
    Object.assign(other, this, {
      text,
      nodes: this.nodes.slice(),
      comments: this.comments.slice(),
      documents: this.documents.slice(),
      indents: this.indents.slice(),
      indexes: this.indexes.slice(),
      sequences: this.sequences.slice(),
      keyBases: this.keyBases.slice(),
      keySets: this.keySets.map((set) => set && new Set(set)),
      keys: this.keys.slice(),
      anchors: this.anchors && new Set(this.anchors),
    });
    for (const index of this.indexes.slice(0, this.depth)) {
      const open = this.nodes[index];
      if (open !== undefined) other.nodes[index] = shifted(open, 0, 0, 0);
    }
    return other;
  }

  private keep(documentStart: number): void {
    this.documentStart = documentStart;
    this.nodesBefore = this.nodes.length;
    this.commentsBefore = this.comments.length;
  }

  /** Ends the open document, if there is one. */
  endDocument(): void {
    if (!this.documentOpen) return;
    this.settle();
    while (this.depth > 0) this.close();
    this.documents.push({ root: this.root });
    this.documentOpen = false;
    this.forget();
  }

  private forget(): void {
    this.root = -1;
    this.keyStart = -1;
    this.keyEnd = -1;
    this.anchors = undefined;
  }
}
