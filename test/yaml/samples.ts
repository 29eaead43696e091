import { readdirSync, readFileSync } from 'node:fs';
import { decode } from '../../src/yaml/decode.ts';
import type { Outline } from '../../src/yaml/outline.ts';
import { readOutline } from '../../src/yaml/read.ts';

/** The hand-written files of `corpus/`, as text. */
export function corpus(): readonly (readonly [name: string, text: string])[] {
  const folder = new URL('corpus/', import.meta.url);
  const names = readdirSync(folder).filter((name) => !name.startsWith('.'));
  return names.toSorted().map((name) => [name, textOf(readFileSync(new URL(name, folder)))] as const);
}

/** The outline of a text that must be readable. */
export function outlineOf(text: string): Outline {
  const read = readOutline(text);
  if ('error' in read) throw new Error(`${read.error.message} at ${read.error.offset}`);
  return read.outline;
}

/** Whole numbers below a limit, the same for the same seed. */
export function numbersFrom(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * limit);
  };
}

function textOf(bytes: Uint8Array): string {
  const decoded = decode(bytes);
  if ('refused' in decoded) throw new Error(decoded.refused);
  return decoded.text;
}
