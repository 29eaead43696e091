/** One step of a glob without braces: a code point, `*`, `?`, or a set of characters. */
export type Token = number | 'star' | 'one' | CharacterSet;

interface CharacterSet {
  readonly negated: boolean;
  /** Inclusive ranges of code points. */
  readonly ranges: readonly (readonly [number, number])[];
}

/** Reads a pattern (of a path: one part of it) without braces. */
export function readTokens(
  pattern: string,
): { readonly tokens: readonly Token[] } | { readonly error: string } {
  const characters = Array.from(pattern); // by code point: a pair of surrogates is one character
  const tokens: Token[] = [];
  for (let index = 0; index < characters.length; index++) {
    const character = characters[index] ?? '';
    if (character === '*') {
      if (tokens.at(-1) !== 'star') tokens.push('star');
    } else if (character === '?') {
      tokens.push('one');
    } else if (character === '[') {
      const read = readSet(characters, index + 1);
      if ('error' in read) return read;
      tokens.push(read.set);
      index = read.last;
    } else if (character === '\\') {
      const escaped = characters[++index];
      if (escaped === undefined) return { error: 'a backslash at the end of the pattern escapes nothing' };
      tokens.push(codeOf(escaped));
    } else {
      tokens.push(codeOf(character));
    }
  }
  return { tokens };
}

/** Greedy with one point of return, the last `*`: at most text length times pattern length steps. */
export function matchTokens(tokens: readonly Token[], text: string, start: number, end: number): boolean {
  let token = 0;
  let at = start;
  let returnToken = -1;
  let returnAt = 0;
  while (at < end) {
    const wanted = tokens[token];
    if (wanted === 'star') {
      if (token === tokens.length - 1) return true;
      returnToken = ++token;
      returnAt = at;
      continue;
    }
    const code = text.codePointAt(at) ?? 0;
    if (wanted !== undefined && accepts(wanted, code)) {
      token++;
      at += code > 0xffff ? 2 : 1;
    } else if (returnToken >= 0) {
      token = returnToken;
      at = ++returnAt;
    } else {
      return false;
    }
  }
  while (tokens[token] === 'star') token++;
  return token === tokens.length;
}

function accepts(token: Exclude<Token, 'star'>, code: number): boolean {
  if (typeof token === 'number') return token === code;
  if (token === 'one') return true;
  const inside = token.ranges.some(([low, high]) => low <= code && code <= high);
  return inside !== token.negated;
}

function readSet(
  characters: readonly string[],
  start: number,
): { readonly set: CharacterSet; readonly last: number } | { readonly error: string } {
  const negated = characters[start] === '!' || characters[start] === '^';
  const first = negated ? start + 1 : start;
  const ranges: (readonly [number, number])[] = [];
  let index = first;
  while (index < characters.length) {
    if (characters[index] === ']' && index > first) return { set: { negated, ranges }, last: index };
    const low = readMember(characters, index);
    if (low === undefined) break;
    index = low.next;
    const dash = characters[index] === '-' && characters[index + 1] !== ']';
    const high = dash ? readMember(characters, index + 1) : low;
    if (high === undefined) break;
    index = high.next;
    if (high.code < low.code) {
      return { error: `the range ${letter(low.code)}-${letter(high.code)} in brackets runs backwards` };
    }
    ranges.push([low.code, high.code]);
  }
  return { error: 'an opening bracket is never closed' };
}

function readMember(
  characters: readonly string[],
  index: number,
): { readonly code: number; readonly next: number } | undefined {
  const at = characters[index] === '\\' ? index + 1 : index;
  const character = characters[at];
  return character === undefined ? undefined : { code: codeOf(character), next: at + 1 };
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

function letter(code: number): string {
  return String.fromCodePoint(code);
}
