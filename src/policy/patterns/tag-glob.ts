import { RE2JS } from 're2js';
import { compileGlob, type Glob } from '../../core/glob.ts';
import { readTokens, type Token } from '../../core/glob-tokens.ts';

/** Longer patterns, and those with braces, are run by RE2. */
const shortPattern = 32;

/**
 * A glob on the whole tag. `compileGlob` reads and judges it; where its braces or its length would cost many steps for each
 * character, RE2 runs it, with the same answers: 256 alternatives over 100,000 tags took a minute otherwise.
 */
export function compileTagGlob(pattern: string): Glob | { readonly error: string } {
  const glob = compileGlob(pattern, 'tag');
  if ('error' in glob || (pattern.length <= shortPattern && !pattern.includes('{'))) return glob;
  const expression = RE2JS.compile(`(?s)^(?:${toRe2(pattern)})$`);
  return { matches: (text) => expression.test(text), literals: glob.literals };
}

/** Of a pattern that `compileGlob` took. */
function toRe2(pattern: string): string {
  const characters = Array.from(pattern);
  let depth = 0;
  let source = '';
  for (let at = 0; at < characters.length;) {
    const character = characters[at] ?? '';
    if (character === '{') depth++;
    if (character === '{' || (depth > 0 && (character === ',' || character === '}'))) {
      source += character === '{' ? '(?:' : character === ',' ? '|' : ')';
      if (character === '}') depth--;
      at++;
      continue;
    }
    const end = character === '[' ? endOfBracket(characters, at) : character === '\\' ? at + 2 : at + 1;
    const read = readTokens(characters.slice(at, end).join(''));
    source += 'error' in read ? '' : read.tokens.map(written).join('');
    at = end;
  }
  return source;
}

function endOfBracket(characters: readonly string[], start: number): number {
  const negated = characters[start + 1] === '!' || characters[start + 1] === '^';
  const first = start + (negated ? 2 : 1);
  let at = first;
  while (at < characters.length && (characters[at] !== ']' || at === first))
    at += characters[at] === '\\' ? 2 : 1;
  return at + 1;
}

function written(token: Token): string {
  if (token === 'star') return '.*';
  if (token === 'one') return '.';
  if (typeof token === 'number') return code(token);
  const ranges = token.ranges.map(([low, high]) => `${code(low)}-${code(high)}`);
  return `[${token.negated ? '^' : ''}${ranges.join('')}]`;
}

function code(value: number): string {
  return `\\x{${value.toString(16)}}`;
}
