/** At most this many alternatives come out of a pattern. */
const mostAlternatives = 256;
/** At most this many braces within braces. */
const deepest = 8;

/**
 * Writes out `{a,b}`: `x-{a,b{1,2}}` becomes `x-a`, `x-b1` and `x-b2`. Braces and commas in brackets or after a
 * backslash stand for themselves. Both bounds hold before anything is built, so a short pattern cannot grow large.
 */
export function expandBraces(
  pattern: string,
): { readonly alternatives: readonly string[] } | { readonly error: string } {
  const state: State = { pattern, at: 0, error: undefined };
  const alternatives = readSequence(state, 0);
  return state.error === undefined ? { alternatives } : { error: state.error };
}

interface State {
  readonly pattern: string;
  at: number;
  error: string | undefined;
}

/** Reads up to the end, or inside braces up to the comma or brace that ends this alternative. */
function readSequence(state: State, depth: number): string[] {
  let results = [''];
  while (state.at < state.pattern.length && state.error === undefined) {
    const character = state.pattern[state.at] ?? '';
    if (depth > 0 && (character === ',' || character === '}')) break;
    if (character === '}') {
      state.error = 'a closing brace has no opening one; write \\} for the character itself';
    } else if (character === '{') {
      results = product(state, results, readBraces(state, depth + 1));
    } else {
      const piece = readPiece(state);
      results = results.map((result) => result + piece);
    }
  }
  return results;
}

function readBraces(state: State, depth: number): string[] {
  if (depth > deepest) state.error = `braces are nested more than ${deepest} deep`;
  const results: string[] = [];
  while (state.error === undefined) {
    state.at++; // the brace or comma before an alternative
    results.push(...readSequence(state, depth));
    const character = state.pattern[state.at];
    if (character === undefined) state.error ??= 'an opening brace is never closed';
    if (results.length > mostAlternatives) state.error ??= tooMany;
    if (character === '}') break;
  }
  state.at++;
  return results;
}

const tooMany = `the braces make more than ${mostAlternatives} alternatives`;

function product(state: State, heads: readonly string[], tails: readonly string[]): string[] {
  if (heads.length * tails.length > mostAlternatives) {
    state.error ??= tooMany;
    return [];
  }
  return heads.flatMap((head) => tails.map((tail) => head + tail));
}

/** A plain run, an escaped character, or a whole bracket expression, as written. */
function readPiece(state: State): string {
  const { pattern, at } = state;
  if (pattern[at] === '\\') state.at = at + 2;
  else if (pattern[at] === '[') state.at = endOfBracket(pattern, at);
  else {
    state.at = at + 1;
    while (state.at < pattern.length && !'\\[{},'.includes(pattern[state.at] ?? '')) state.at++;
  }
  return pattern.slice(at, state.at);
}

/** One past the bracket's end, or the pattern's end where it is never closed (an error of the next step). */
function endOfBracket(pattern: string, start: number): number {
  let at = start + 1;
  if (pattern[at] === '!' || pattern[at] === '^') at++;
  const first = at;
  while (at < pattern.length) {
    if (pattern[at] === ']' && at > first) return at + 1;
    at += pattern[at] === '\\' ? 2 : 1;
  }
  return pattern.length;
}
