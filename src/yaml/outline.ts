/**
 * The one form in which every room reads YAML and JSON (architecture.md, idea 1): a flat table of nodes in document
 * order, parents before children. All offsets are UTF-16 code units into `text`; `decode` keeps every byte of a
 * UTF-8 file, so a splice of `text` is a splice of the file.
 */
export interface Outline {
  readonly text: string;
  readonly nodes: readonly OutlineNode[];
  readonly documents: readonly OutlineDocument[];
  /** Every comment outside scalars, in order. */
  readonly comments: readonly OutlineComment[];
}

export interface OutlineDocument {
  /** Index of the document's root node, or -1 where the document is empty. */
  readonly root: number;
}

/** From the `#` to the last character before the line break. */
export interface OutlineComment {
  readonly start: number;
  readonly end: number;
}

/** `empty` is a value that is not written at all (`tag:`). */
export type NodeKind = 'map' | 'seq' | 'scalar' | 'alias' | 'empty';

/** Scalars only; collections are `block` or `flow`; alias and empty nodes are `none`. */
export type NodeStyle = 'plain' | 'single' | 'double' | 'literal' | 'folded' | 'block' | 'flow' | 'none';

export interface OutlineNode {
  readonly kind: NodeKind;
  readonly style: NodeStyle;
  /** Index of the map or sequence it is in, or -1. */
  readonly parent: number;
  /** Index one past its last descendant: the next sibling, if there is one. */
  readonly next: number;
  readonly document: number;
  readonly depth: number;
  /** In a map: the key's source range, quotes included. Elsewhere -1. */
  readonly keyStart: number;
  readonly keyEnd: number;
  /**
   * The value's source range. Scalars: quotes included, anchor, tag and comment excluded; block scalars from the
   * `|` or `>` to the end of their last content line, its line break excluded. Flow collections: brackets included. Block
   * collections: from their first key or `-` to the end of their last value. Alias: with the `*`. Empty: both are the place where a value would
   * be written (after the colon or dash, before any blank).
   */
  readonly start: number;
  readonly end: number;
  /** Anchor name without `&`, or of an alias the name without `*`. */
  readonly anchor: string | undefined;
  /** Tag as written (`!!str`, `!x`), if any. */
  readonly tag: string | undefined;
}
