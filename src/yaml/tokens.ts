import type { CST } from 'yaml';
import { blockScalarEnd, makeNode } from './node.ts';
import type { OpenNode } from './node.ts';
import type { NodeKind, NodeStyle, Outline, OutlineComment, OutlineDocument } from './outline.ts';
import type { YamlError } from './parse.ts';
import { keyTextAt } from './walk.ts';

type Props = readonly CST.Token[] | undefined;

/** Where a node stands, and the tokens before it that may hold its anchor and tag. */
interface Spot {
  readonly parent: number;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly props: Props;
  /** Where a value would be written if there is none. */
  readonly empty: number;
}

/** The outline of tokens in which the composer found no error; finds duplicate keys and aliases without an anchor. */
export function outlineOf(
  text: string,
  tokens: readonly CST.Token[],
  comments: readonly OutlineComment[],
): { readonly outline: Outline } | { readonly error: YamlError } {
  const builder = new Builder(text);
  for (const token of tokens) if (token.type === 'document') builder.document(token);
  if (builder.error !== undefined) return { error: builder.error };
  const { nodes, documents } = builder;
  return { outline: { text, nodes, documents, comments } };
}

class Builder {
  readonly nodes: OpenNode[] = [];
  readonly documents: OutlineDocument[] = [];
  error: YamlError | undefined;
  private anchors = new Set<string>();
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  document(token: CST.Document): void {
    this.anchors = new Set();
    const root = token.value === undefined ? -1 : this.nodes.length;
    const spot = { parent: -1, keyStart: -1, keyEnd: -1, props: token.start, empty: token.offset };
    if (token.value !== undefined) this.value(token.value, spot);
    this.documents.push({ root });
  }

  private value(token: CST.Token | null | undefined, spot: Spot): void {
    switch (token?.type) {
      case 'block-map':
        return this.map(token.items, 'block', this.open('map', 'block', token.offset, spot));
      case 'block-seq':
        return this.sequence(token, spot);
      case 'flow-collection':
        return this.flow(token, spot);
      case 'block-scalar':
        return this.blockScalar(token, spot);
      case 'scalar':
      case 'single-quoted-scalar':
      case 'double-quoted-scalar':
      case 'alias':
        return this.flowScalar(token, spot);
      default:
        this.close(this.open('empty', 'none', spot.empty, spot), spot.empty);
    }
  }

  private map(items: readonly CST.CollectionItem[], style: NodeStyle, index: number): void {
    const seen = new Set<string>();
    for (const item of items) {
      if (!isEntry(item)) continue;
      const { keyStart, keyEnd } = this.key(item, seen);
      const colon = item.sep?.find((token) => token.type === 'map-value-ind');
      const empty = afterProps(item.sep) ?? (colon === undefined ? keyEnd : colon.offset + 1);
      this.value(item.value, { parent: index, keyStart, keyEnd, props: item.sep, empty });
    }
    if (style === 'block') this.closeBlock(index);
  }

  /** Reads the key of an entry: its source range. What is inside a key that is a collection is no part of the outline. */
  private key(item: CST.CollectionItem, seen: Set<string>): { keyStart: number; keyEnd: number } {
    this.noteAnchor(item.start);
    const { key } = item;
    if (key === null || key === undefined) {
      const last = item.start.findLast((token) => token.type !== 'space' && token.type !== 'newline');
      const place = item.sep?.[0]?.offset ?? (last === undefined ? 0 : last.offset + last.source.length);
      this.checkKey('', place, seen);
      return { keyStart: place, keyEnd: place };
    }
    const keyStart = key.offset;
    const keyEnd = this.keyToken(key);
    this.checkKey(keyTextAt(this.text, keyStart, keyEnd), keyStart, seen);
    return { keyStart, keyEnd };
  }

  /** Comments, anchors and aliases of a key; its end. A collection is built apart, only to know them and its range. */
  private keyToken(key: CST.Token): number {
    const length = this.nodes.length;
    this.value(key, { parent: -1, keyStart: -1, keyEnd: -1, props: undefined, empty: key.offset });
    const end = this.nodes[length]?.end ?? key.offset;
    this.nodes.length = length;
    return end;
  }

  private checkKey(name: string | undefined, offset: number, seen: Set<string>): void {
    if (name === undefined) return;
    if (seen.has(name)) this.fail(offset, `the key ${JSON.stringify(name.slice(0, 60))} is there twice`);
    seen.add(name);
  }

  private sequence(token: CST.BlockSequence, spot: Spot): void {
    const index = this.open('seq', 'block', token.offset, spot);
    for (const { start, value } of token.items) {
      const dash = start.find((part) => part.type === 'seq-item-ind');
      if (dash === undefined) continue;
      const empty = afterProps(start) ?? dash.offset + 1;
      this.value(value, { parent: index, keyStart: -1, keyEnd: -1, props: start, empty });
    }
    this.closeBlock(index);
  }

  private flow(token: CST.FlowCollection, spot: Spot): void {
    const isMap = token.start.source === '{';
    const index = this.open(isMap ? 'map' : 'seq', 'flow', token.offset, spot);
    if (isMap) this.map(token.items, 'flow', index);
    else for (const item of token.items) this.flowItem(item, index);
    const [close] = token.end;
    this.close(index, close === undefined ? this.text.length : close.offset + 1);
  }

  private flowItem(item: CST.CollectionItem, parent: number): void {
    const { start, key, sep, value } = item;
    const explicit = start.some((token) => token.type === 'explicit-key-ind');
    if (sep !== undefined || explicit) {
      // `[a: b]`: a map of one entry without braces.
      const place = (key ?? sep?.[0] ?? start.at(-1))?.offset ?? 0;
      const spot = { parent, keyStart: -1, keyEnd: -1, props: undefined, empty: place };
      return this.map([item], 'block', this.open('map', 'flow', place, spot));
    }
    const empty = afterProps(start);
    if (value === undefined && empty === undefined) return;
    this.value(value, { parent, keyStart: -1, keyEnd: -1, props: start, empty: empty ?? 0 });
  }

  private blockScalar(token: CST.BlockScalar, spot: Spot): void {
    const header = token.props[0];
    const last = token.props.at(-1);
    const headerEnd = token.offset + sourceLength(header);
    const bodyStart = last === undefined ? headerEnd : last.offset + sourceLength(last);
    const style = this.text[token.offset] === '|' ? 'literal' : 'folded';
    const index = this.open('scalar', style, token.offset, spot);
    this.close(index, blockScalarEnd(this.text, headerEnd, bodyStart, bodyStart + token.source.length));
  }

  private flowScalar(token: CST.FlowScalar, spot: Spot): void {
    const style = flowStyles[token.type];
    // A plain scalar of no characters (after a tag, or in `? :`) is a value that is not written.
    if (style === 'plain' && token.source === '') {
      return this.value(undefined, spot);
    }
    const index = this.open(token.type === 'alias' ? 'alias' : 'scalar', style, token.offset, spot);
    this.close(index, token.offset + token.source.length);
    if (token.type === 'alias') this.alias(token, index);
  }

  private alias(token: CST.FlowScalar, index: number): void {
    const name = token.source.slice(1);
    if (!this.anchors.has(name)) this.fail(token.offset, `the alias *${name} has no anchor before it`);
    const node = this.nodes[index];
    if (node !== undefined) node.anchor = name;
  }

  private open(kind: NodeKind, style: NodeStyle, start: number, spot: Spot): number {
    const index = this.nodes.length;
    const depth = spot.parent === -1 ? 0 : (this.nodes[spot.parent]?.depth ?? 0) + 1;
    const anchor = kind === 'alias' ? undefined : this.noteAnchor(spot.props);
    const tag = spot.props?.find((token) => token.type === 'tag') as CST.SourceToken | undefined;
    const { parent, keyStart, keyEnd } = spot;
    const document = this.documents.length;
    this.nodes.push(
      makeNode(
        kind,
        style,
        parent,
        index + 1,
        document,
        depth,
        keyStart,
        keyEnd,
        start,
        start,
        anchor,
        tag?.source,
      ),
    );
    return index;
  }

  private close(index: number, end: number): void {
    const node = this.nodes[index];
    if (node === undefined) return;
    node.end = end;
    node.next = this.nodes.length;
  }

  /** A block collection goes from its first key or dash to the end of its last value. */
  private closeBlock(index: number): void {
    let end = this.nodes[index]?.start ?? 0;
    const first = this.nodes[index + 1];
    for (let at = index + 1; at < this.nodes.length; at = this.nodes[at]?.next ?? this.nodes.length) {
      end = this.nodes[at]?.end ?? end;
    }
    const node = this.nodes[index];
    if (node?.kind === 'map' && first !== undefined) node.start = first.keyStart;
    this.close(index, end);
  }

  private noteAnchor(props: Props): string | undefined {
    const token = props?.find((part) => part.type === 'anchor') as CST.SourceToken | undefined;
    if (token === undefined) return undefined;
    const name = token.source.slice(1);
    this.anchors.add(name);
    return name;
  }

  private fail(offset: number, message: string): void {
    if (this.error === undefined || offset < this.error.offset) this.error = { offset, message };
  }
}

/** Whether an item of a map is an entry, and not only the comments and commas behind the last one. */
function isEntry(item: CST.CollectionItem): boolean {
  if (item.key !== undefined || item.sep !== undefined) return true;
  return item.start.some((t) => t.type === 'explicit-key-ind' || t.type === 'anchor' || t.type === 'tag');
}

/** End of the anchor or tag among the tokens before a value, whichever is last. */
function afterProps(tokens: Props): number | undefined {
  const last = tokens?.findLast((token) => token.type === 'anchor' || token.type === 'tag');
  return last === undefined ? undefined : last.offset + sourceLength(last);
}

function sourceLength(token: CST.Token | undefined): number {
  return token !== undefined && 'source' in token ? token.source.length : 0;
}

const flowStyles = {
  alias: 'none',
  scalar: 'plain',
  'single-quoted-scalar': 'single',
  'double-quoted-scalar': 'double',
} as const;
