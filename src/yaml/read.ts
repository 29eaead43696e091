import type { Outline } from './outline.ts';
import { parse } from './parse.ts';
import type { YamlError } from './parse.ts';
import { scan } from './scan.ts';

/**
 * Reads a text as YAML 1.2: by the scanner where it is sure, else by the parser. The outline is the same either way
 * (architecture.md, idea 1).
 */
export function readOutline(text: string): { readonly outline: Outline } | { readonly error: YamlError } {
  const outline = scan(text);
  return outline === undefined ? parse(text) : { outline };
}
