import type { Position } from '../../core/position.ts';

/** One ImagePolicy document of a file, as read from its outline; the shape is not checked yet. */
export interface PolicyDocument extends Position {
  readonly document: number;
  /** The document as a plain value; shape not checked. */
  readonly value: unknown;
  /** Position of each value by JSON pointer, and of its key by the pointer with `#key`: `/spec/policy/semver#key`. */
  readonly positions: Readonly<Record<string, Position>>;
}
