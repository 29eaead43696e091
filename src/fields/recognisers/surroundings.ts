import { keyText } from '../../yaml/walk.ts';
import type { Reading } from '../reading.ts';

/** The key under which the collection around a node stands in its own parent; `undefined` for roots and list items. */
export function keyAbove(reading: Reading, index: number): string | undefined {
  const { parent } = reading.node(index);
  return parent === -1 ? undefined : keyText(reading.outline, parent);
}

/** Whether a node stands directly in the root of its document. */
export function isAtRoot(reading: Reading, index: number): boolean {
  const { parent } = reading.node(index);
  return parent !== -1 && reading.node(parent).parent === -1;
}
