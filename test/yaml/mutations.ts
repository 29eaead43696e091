import { readdirSync, readFileSync } from 'node:fs';
import { decode } from '../../src/yaml/decode.ts';
import { corpus } from './samples.ts';

/** The YAML and JSON of all golden trees, and the corpus, as text. Files that are no text are left out. */
export function goldenTexts(): readonly (readonly [name: string, text: string])[] {
  const folder = new URL('../golden/', import.meta.url);
  const found: (readonly [string, string])[] = [...corpus()];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(?:ya?ml|json)$/.test(entry.name)) continue;
    const path = `${entry.parentPath}/${entry.name}`;
    const decoded = decode(readFileSync(path));
    if ('text' in decoded) found.push([path.slice(folder.pathname.length), decoded.text]);
  }
  return found;
}

/** A piece of a text, at most 600 characters, with one character taken out, put in, or changed. */
export function mutate(text: string, next: (limit: number) => number): string {
  const from = text.length > 900 ? text.indexOf('\n', next(text.length - 600)) + 1 : 0;
  const piece = text.slice(from, from + 600);
  const at = next(piece.length + 1);
  const put = characters[next(characters.length)] ?? '';
  const kind = next(3);
  return piece.slice(0, at) + (kind === 0 ? '' : put) + piece.slice(kind === 1 ? at : at + 1);
}

const characters = ' \n:-#"\'&*!|>[]{},?%@a0\t\\~<'.split('');
