import type { Position } from '../core/position.ts';
import type { ProblemCode } from '../core/problem.ts';
import { positionsOf } from '../yaml/lines.ts';
import type { Outline, OutlineNode } from '../yaml/outline.ts';
import { scalarText } from '../yaml/scalar.ts';
import { child, children, childrenByKey, escapePointer, keyText, nodeAt } from '../yaml/walk.ts';
import type { BlockText } from '../yaml/block-text.ts';
import type { FactProblem, FieldFact, FieldKind, NameClass, PartFact } from './model.ts';
import { sealOf } from './sops.ts';

/** Head of a Kubernetes object. */
export interface ObjectHead {
  /** Index of its map. */
  readonly index: number;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

/** A literal block scalar of a file, whose text was read as YAML. */
export interface EmbeddedText {
  /** The scalar, in the file. */
  readonly index: number;
  readonly block: BlockText;
  readonly reading: Reading;
}

/** Nodes in a map from which on its keys are kept. */
const largeMap = 256;

/** One file while it is read: its outline, and what was found so far. Lives for one call of `readFacts`. */
export class Reading {
  readonly outline: Outline;
  readonly nameClass: NameClass;
  /** Which values SOPS watches over: all of the file, or those that it encrypted. */
  readonly #sealed: 'all' | 'encrypted';
  readonly fields: FieldFact[] = [];
  readonly problems: FactProblem[] = [];
  readonly at: (offset: number) => Position;
  /** Index into the claims, by the index of the map that is the claiming object. */
  readonly claimOf = new Map<number, number>();
  /** Nodes that are a part of a field already: a second recogniser does not take them again. */
  readonly taken = new Map<number, { readonly part: PartFact; readonly kind: FieldKind }>();
  /** Place among the fields, by the map that holds the field. */
  readonly fieldOf = new Map<number, number>();
  /** By the node of the block scalar. */
  readonly embedded = new Map<number, EmbeddedText>();
  /** Whether this is such a text itself: texts within texts are not read. */
  readonly isEmbedded: boolean;
  /** Heads of the maps that were looked at; `null` where one is no object. */
  readonly heads = new Map<number, ObjectHead | null>();
  /** The objects of the file, once they were asked for (`objectsOf`). */
  objects: readonly ObjectHead[] | undefined;
  /** Position in its sequence of each item of the sequences that were asked for. */
  #steps: Map<number, number> | undefined;
  /** Of the large maps that were asked. */
  #keys: Map<number, ReadonlyMap<string, number>> | undefined;
  #anchors: ReadonlyMap<string, readonly number[]> | undefined;
  /** The pointer that was made last: it is mostly asked for twice, for a part and for the field of that part. */
  #pointer: { readonly index: number; readonly text: string } | undefined;
  #isTemplate: boolean | undefined;
  #hasMerges: boolean | undefined;

  /** @param around the file and the text in it, where a block scalar of a file is read */
  constructor(
    outline: Outline,
    nameClass: NameClass,
    around?: { readonly file: Reading; readonly block: Pick<BlockText, 'fileOffset'> },
  ) {
    this.outline = outline;
    this.nameClass = nameClass;
    this.at =
      around === undefined
        ? positionsOf(outline.text)
        : (offset) => around.file.at(around.block.fileOffset(offset));
    this.isEmbedded = around !== undefined;
    this.#sealed = around === undefined ? sealOf(outline) : around.file.#sealed;
  }

  /** Whether SOPS would find the file broken after an edit of a value with this text. */
  isSealed(value: string): boolean {
    return this.#sealed === 'all' || value.startsWith('ENC[AES256_GCM,');
  }

  /** Whether the file has template text: what it says is then not known before another tool has filled it in. */
  get isTemplate(): boolean {
    return (this.#isTemplate ??= /\{\{|\{%/.test(this.outline.text));
  }

  /** Whether a map may have what another one says (`<<: *base`). */
  get hasMerges(): boolean {
    return (this.#hasMerges ??= this.outline.text.includes('<<'));
  }

  node(index: number): OutlineNode {
    return nodeAt(this.outline, index);
  }

  /** A value of a map; `undefined` where there is none. Thousands of maps may merge in one of thousands of keys: those of a large one are read once. */
  child(index: number, key: string): number | undefined {
    const { kind, next } = this.node(index);
    if (kind !== 'map' || next - index <= largeMap) return child(this.outline, index, key);
    this.#keys ??= new Map();
    const keys = this.#keys.get(index) ?? childrenByKey(this.outline, index);
    this.#keys.set(index, keys);
    return keys.get(key);
  }

  /** As `child`, but only a value that can hold text: a scalar, an alias of one, or one that is not written. */
  textChild(index: number, key: string): number | undefined {
    const found = this.child(index, key);
    return found !== undefined && this.isText(found) ? found : undefined;
  }

  isText(index: number): boolean {
    const { kind } = this.node(index);
    if (kind !== 'alias') return kind === 'scalar' || kind === 'empty';
    const target = this.anchorOf(index);
    return target !== undefined && this.node(target).kind === 'scalar';
  }

  /** The decoded text of a value, through an alias too; empty where it is a collection or not written. */
  text(index: number | undefined): string {
    if (index === undefined) return '';
    const { kind } = this.node(index);
    if (kind === 'scalar') return scalarText(this.outline, index);
    const target = kind === 'alias' ? this.anchorOf(index) : undefined;
    return target !== undefined && this.node(target).kind === 'scalar'
      ? scalarText(this.outline, target)
      : '';
  }

  /** Whether the value is written and is not null. */
  hasValue(index: number | undefined): index is number {
    return index !== undefined && this.node(index).kind !== 'empty' && !this.isNull(index);
  }

  isNull(index: number): boolean {
    const { style } = this.node(index);
    return style === 'plain' && /^(?:~|null|Null|NULL)$/.test(this.text(index));
  }

  /** The node that an alias repeats: the last one with that anchor before it in its document. */
  anchorOf(alias: number): number | undefined {
    const node = this.node(alias);
    const places = (this.#anchors ??= this.#readAnchors()).get(`${node.document} ${node.anchor ?? ''}`) ?? [];
    let low = 0;
    let high = places.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((places[middle] ?? 0) < alias) low = middle + 1;
      else high = middle;
    }
    return places[low - 1];
  }

  /** JSON pointer in its document; linear over all calls, however long the sequences are. */
  pointer(index: number): string {
    if (this.#pointer?.index !== index) this.#pointer = { index, text: this.#makePointer(index) };
    return this.#pointer.text;
  }

  #makePointer(index: number): string {
    let pointer = '';
    let at = index;
    for (let node = this.node(at); node.parent !== -1; node = this.node(at)) {
      const inMap = this.node(node.parent).kind === 'map';
      const step = inMap
        ? (keyText(this.outline, at) ?? this.outline.text.slice(node.keyStart, node.keyEnd))
        : String(this.#step(at, node.parent));
      pointer = `/${escapePointer(step)}${pointer}`;
      at = node.parent;
    }
    return pointer;
  }

  problem(code: ProblemCode, offset: number, message: string): void {
    this.problems.push({ code, ...this.at(offset), message });
  }

  #step(index: number, parent: number): number {
    if (index === parent + 1) return 0;
    const steps = (this.#steps ??= new Map<number, number>());
    if (!steps.has(index)) {
      for (const [step, item] of children(this.outline, parent).entries()) steps.set(item, step);
    }
    return steps.get(index) ?? 0;
  }

  #readAnchors(): ReadonlyMap<string, readonly number[]> {
    const anchors = new Map<string, number[]>();
    for (const [index, { kind, anchor, document }] of this.outline.nodes.entries()) {
      if (anchor === undefined || kind === 'alias') continue;
      const key = `${document} ${anchor}`;
      const places = anchors.get(key);
      if (places === undefined) anchors.set(key, [index]);
      else places.push(index);
    }
    return anchors;
  }
}
