import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The `objects` folders of other repositories that one borrows from (gitrepository-layout, `info/alternates`): the first hundred. */
export function readAlternates(objects: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(join(objects, 'info', 'alternates'), 'utf8');
  } catch {
    return [];
  }
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .slice(0, 100)
    .map((line) => resolve(objects, line));
}
