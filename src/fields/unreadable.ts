import { positionsOf } from '../yaml/lines.ts';
import type { YamlError } from '../yaml/parse.ts';
import type { FactProblem } from './model.ts';

/** The problem of a file that is no text that we read. @param reason from `decode` */
export function undecodable(reason: string): FactProblem {
  return { code: 'bad-encoding', line: 1, column: 1, message: `This file is left alone: ${reason}.` };
}

/** The problem of a file that is no YAML. */
export function brokenYaml(text: string, { offset, message: why, isLimit }: YamlError): FactProblem {
  if (isLimit === true) {
    const message = `This file is too much to be read: ${why}. Nothing in it is read or changed; keep images in a smaller one.`;
    return { code: 'bad-yaml', ...positionsOf(text)(offset), message };
  }
  const isTemplate = /\{\{|\{%/.test(text);
  const what = isTemplate
    ? 'This file holds template text and is no YAML as it stands'
    : 'This file is no valid YAML';
  const todo = isTemplate
    ? 'keep images that are to be released in a file without template text'
    : (hintOf(text, offset) ?? 'mend it at this place');
  const message = `${what}: ${why}. Nothing in it is read or changed; ${todo}.`;
  return { code: 'bad-yaml', ...positionsOf(text)(offset), message };
}

/** What to do about what cannot be seen: `web:1.0# {"$tallyman": "web"}` is one plain text, and its colon then ends a key. */
function hintOf(text: string, offset: number): string | undefined {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const line = text.slice(start, start + 1000).split('\n', 1)[0] ?? '';
  if (/[^ \t#]#\s*\{\s*"\$(?:tallyman|imagepolicy)"/.test(line))
    return 'put a blank before the # of the marker';
  if (start > 0 && line.startsWith('\ufeff')) return 'take out the byte order mark at the start of this line';
  return line.includes('\u00a0') ? 'write plain spaces for the no-break spaces in this line' : undefined;
}
