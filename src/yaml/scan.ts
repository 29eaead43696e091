import type { Outline } from './outline.ts';

/** Part of every key under which results read from outlines are cached; raised whenever outlines change. */
export const scannerVersion = 1;

/** Reads the YAML that it is sure of, fast; `undefined` (Unsure) for everything else, right or wrong. */
export function scan(_text: string): Outline | undefined {
  return undefined;
}
