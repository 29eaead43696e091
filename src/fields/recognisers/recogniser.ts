import type { Reading } from '../reading.ts';

/** Finds the image fields of one shape. It is asked about every value that a map has under one of its keys. */
export interface Recogniser {
  readonly keys: readonly string[];
  visit(reading: Reading, index: number, key: string): void;
}
