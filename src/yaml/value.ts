import type { Position } from '../core/position.ts';
import { resolvePlain } from './core-schema.ts';
import { positionsOf } from './lines.ts';
import type { Outline, OutlineNode } from './outline.ts';
import type { YamlError } from './parse.ts';
import { scalarText } from './scalar.ts';
import { escapePointer, keyText, nodeAt } from './walk.ts';

export interface ValueOptions {
  /** Most nodes that the value may have, aliases expanded. Default 10,000. */
  readonly nodes?: number;
  /** From `positionsOf` of the outline's text, where the caller has it already. */
  readonly positionOf?: (offset: number) => Position;
}

export interface PlainValue {
  readonly value: unknown;
  /**
   * By JSON pointer relative to the node: where each value is; the node's own under the empty text. With `#key`
   * appended: where its key is. What is inside an alias is found at the alias.
   */
  readonly positions: Readonly<Record<string, Position>>;
}

/**
 * The node as a plain JSON value, typed by the YAML 1.2 core schema: everything quoted is text. Aliases are resolved.
 * Errors: merge keys, keys that are no scalar, tags beyond the core schema, more than `options.nodes` nodes.
 * Objects have no prototype, so that a key named `__proto__` is a key.
 */
export function toValue(
  outline: Outline,
  index: number,
  options: ValueOptions = {},
): PlainValue | { readonly error: YamlError } {
  const reader = new ValueReader(
    outline,
    options.nodes ?? 10_000,
    options.positionOf ?? positionsOf(outline.text),
  );
  try {
    const value = reader.read(index, '');
    return { value, positions: reader.positions };
  } catch (error) {
    if (error instanceof Unreadable) return { error: { offset: error.offset, message: error.message } };
    throw error;
  }
}

/** Leaves the recursion; never leaves this file. */
class Unreadable extends Error {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

class ValueReader {
  readonly positions: Record<string, Position> = Object.create(null) as Record<string, Position>;
  private readonly outline: Outline;
  private readonly limit: number;
  private readonly positionOf: (offset: number) => Position;
  private readonly anchors = new Map<number, ReadonlyMap<string, readonly number[]>>();
  private count = 0;
  /** Set while inside an alias: all positions there are the alias's own. */
  private alias: OutlineNode | undefined;
  private readonly entered = new Set<number>();

  constructor(outline: Outline, limit: number, positionOf: (offset: number) => Position) {
    this.outline = outline;
    this.limit = limit;
    this.positionOf = positionOf;
  }

  read(index: number, pointer: string): unknown {
    const node = nodeAt(this.outline, index);
    this.note(node, pointer);
    if (++this.count > this.limit) {
      throw new Unreadable(this.offsetOf(node.start), `the value has more than ${this.limit} nodes`);
    }
    switch (node.kind) {
      case 'map':
        return this.map(node, index, pointer);
      case 'seq':
        return this.sequence(node, index, pointer);
      case 'alias':
        return this.resolve(node, index, pointer);
      case 'scalar':
        return this.scalar(node, index);
      case 'empty':
        return node.tag === '!!str' || node.tag === '!' ? '' : null;
    }
  }

  private map(node: OutlineNode, index: number, pointer: string): Record<string, unknown> {
    this.checkTag(node, '!!map');
    const result = Object.create(null) as Record<string, unknown>;
    for (let at = index + 1; at < node.next; at = nodeAt(this.outline, at).next) {
      const key = keyText(this.outline, at);
      const { keyStart } = nodeAt(this.outline, at);
      if (key === undefined)
        throw new Unreadable(this.offsetOf(keyStart), 'a key must be plain or quoted text');
      if (key === '<<' && this.outline.text[keyStart] === '<') {
        throw new Unreadable(
          this.offsetOf(keyStart),
          'merge keys (<<) are not read here; write the keys out',
        );
      }
      result[key] = this.read(at, `${pointer}/${escapePointer(key)}`);
    }
    return result;
  }

  private sequence(node: OutlineNode, index: number, pointer: string): unknown[] {
    this.checkTag(node, '!!seq');
    const result: unknown[] = [];
    for (let at = index + 1; at < node.next; at = nodeAt(this.outline, at).next) {
      result.push(this.read(at, `${pointer}/${result.length}`));
    }
    return result;
  }

  private scalar(node: OutlineNode, index: number): unknown {
    const text = scalarText(this.outline, index);
    if (node.tag === undefined) return node.style === 'plain' ? resolvePlain(text) : text;
    if (node.tag === '!!str' || node.tag === '!') return text;
    const value = resolvePlain(text);
    if (node.tag !== tagOf(value)) this.checkTag(node, tagOf(value));
    return value;
  }

  private resolve(node: OutlineNode, index: number, pointer: string): unknown {
    const target = this.target(node, index);
    if (target === undefined || this.entered.has(target) || this.contains(target, index)) {
      const what = target === undefined ? 'names no value' : 'is part of its own value';
      throw new Unreadable(this.offsetOf(node.start), `the alias *${node.anchor ?? ''} ${what}`);
    }
    const outer = this.alias;
    this.alias = outer ?? node;
    this.entered.add(target);
    const value = this.read(target, pointer);
    this.entered.delete(target);
    this.alias = outer;
    return value;
  }

  private contains(target: number, index: number): boolean {
    return target <= index && index < nodeAt(this.outline, target).next;
  }

  /** The last node with this anchor before the alias, in the same document. */
  private target(node: OutlineNode, index: number): number | undefined {
    const inDocument = this.anchors.get(node.document) ?? this.indexAnchors(node.document);
    return inDocument.get(node.anchor ?? '')?.findLast((at) => at < index);
  }

  private indexAnchors(document: number): ReadonlyMap<string, readonly number[]> {
    const found = new Map<string, number[]>();
    const root = this.outline.documents[document]?.root ?? -1;
    const end = root === -1 ? 0 : nodeAt(this.outline, root).next;
    for (let at = Math.max(root, 0); at < end; at++) {
      const { kind, anchor } = nodeAt(this.outline, at);
      if (anchor === undefined || kind === 'alias') continue;
      const places = found.get(anchor);
      if (places === undefined) found.set(anchor, [at]);
      else places.push(at);
    }
    this.anchors.set(document, found);
    return found;
  }

  private checkTag(node: OutlineNode, expected: string): void {
    if (node.tag === undefined || node.tag === expected) return;
    throw new Unreadable(this.offsetOf(node.start), `the tag ${node.tag} does not fit here; leave it out`);
  }

  private note(node: OutlineNode, pointer: string): void {
    this.positions[pointer] = this.positionOf(this.offsetOf(node.start));
    if (node.keyStart !== -1)
      this.positions[`${pointer}#key`] = this.positionOf(this.offsetOf(node.keyStart));
  }

  private offsetOf(offset: number): number {
    return this.alias?.start ?? offset;
  }
}

function tagOf(value: unknown): string {
  if (value === null) return '!!null';
  if (typeof value === 'boolean') return '!!bool';
  if (typeof value === 'number') return Number.isInteger(value) ? '!!int' : '!!float';
  return '!!str';
}
