import { expandBraces } from './glob-braces.ts';
import { matchTokens, readTokens, type Token } from './glob-tokens.ts';

/** A compiled pattern. Matching costs at most the length of the text times the length of the pattern. */
export interface Glob {
  /** Whether the whole text matches. */
  matches(text: string): boolean;
  /** The texts that the pattern spells out without any wildcard: `latest` and `stable` of `{latest,stable}`. */
  readonly literals: ReadonlySet<string>;
}

/** Patterns above this many characters are refused. */
const longestPattern = 1024;

/**
 * Compiles a glob: `*` (any run), `?` (one character), `[a-z]`, `[!a-z]` or `[^a-z]`, `{a,b}` (nested too), and a
 * backslash before a character that shall stand for itself. The whole text must match.
 *
 * In a path nothing but `**` crosses a `/`: alone between slashes it stands for any number of folders, and at the end for
 * everything below.
 * @returns the compiled pattern, or why there is none: empty, too long, unclosed, too many alternatives, or a path that
 * no file can have
 */
export function compileGlob(pattern: string, kind: 'tag' | 'path'): Glob | { readonly error: string } {
  if (pattern === '') return { error: 'the pattern is empty' };
  if (pattern.length > longestPattern) {
    return { error: `the pattern has ${pattern.length} characters; at most ${longestPattern} are allowed` };
  }
  const expanded = expandBraces(pattern);
  if ('error' in expanded) return expanded;
  const matchers: ((text: string) => boolean)[] = [];
  const literals = new Set<string>();
  for (const alternative of expanded.alternatives) {
    const compiled = kind === 'tag' ? compileTag(alternative) : compilePath(alternative);
    if ('error' in compiled) return compiled;
    matchers.push(compiled.matches);
    if (compiled.literal !== undefined) literals.add(compiled.literal);
  }
  const [only] = matchers;
  if (matchers.length === 1 && only !== undefined) return { matches: only, literals };
  return { matches: (text) => matchers.some((matches) => matches(text)), literals };
}

interface Alternative {
  readonly matches: (text: string) => boolean;
  readonly literal: string | undefined;
}

function compileTag(pattern: string): Alternative | { readonly error: string } {
  const read = readTokens(pattern);
  if ('error' in read) return read;
  const { tokens } = read;
  return { matches: (text) => matchTokens(tokens, text, 0, text.length), literal: literalOf(tokens) };
}

function compilePath(pattern: string): Alternative | { readonly error: string } {
  const segments: Segment[] = [];
  const names: (string | undefined)[] = [];
  for (const part of pattern.split('/')) {
    if (part === '')
      return { error: 'a path pattern has no empty part: no slash at its start or end, nor two in a row' };
    if (part === '.' || part === '..')
      return { error: `a path pattern starts at the root and has no "${part}" part` };
    if (part === '**') {
      if (segments.at(-1) !== 'any') segments.push('any');
      names.push(undefined);
      continue;
    }
    const read = readTokens(part);
    if ('error' in read) return read;
    segments.push(read.tokens);
    names.push(literalOf(read.tokens));
  }
  const literal = names.includes(undefined) ? undefined : names.join('/');
  return { matches: (text) => matchSegments(segments, text.split('/')), literal };
}

type Segment = readonly Token[] | 'any';

/**
 * Greedy with one point of return, the last `**`: whatever an earlier `**` could have taken, the last can take as
 * well. A `**` at the end takes at least one part, so that `a/**` is what lies below `a`.
 */
function matchSegments(segments: readonly Segment[], parts: readonly string[]): boolean {
  let segment = 0;
  let part = 0;
  let returnSegment = -1;
  let returnPart = 0;
  while (part < parts.length) {
    const wanted = segments[segment];
    if (wanted === 'any') {
      if (segment === segments.length - 1) return true;
      returnSegment = ++segment;
      returnPart = part;
    } else if (wanted !== undefined && matchPart(wanted, parts[part] ?? '')) {
      segment++;
      part++;
    } else if (returnSegment >= 0) {
      segment = returnSegment;
      part = ++returnPart;
    } else {
      return false;
    }
  }
  return segment === segments.length;
}

function matchPart(tokens: readonly Token[], part: string): boolean {
  return matchTokens(tokens, part, 0, part.length);
}

function literalOf(tokens: readonly Token[]): string | undefined {
  let text = '';
  for (const token of tokens) {
    if (typeof token !== 'number') return undefined;
    text += String.fromCodePoint(token);
  }
  return text;
}
