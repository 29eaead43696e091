import { RE2JS } from 're2js';
import { didYouMean } from '../../core/nearest.ts';
import { plainRegExp, type PlainRegExp } from './linear.ts';
import { expand, parseTemplate, type Template } from './template.ts';

/**
 * A regular expression from a repository. RE2 judges each: time grows with the length of the tag, whatever the
 * pattern is. Plain ones are run by JavaScript's own engine, with the same answers. Not anchored, as in the Go tools: write `^` and `$`.
 */
export interface Pattern {
  matches(text: string): boolean;
  /** What `extract` gives for the first match; the whole text without `extract`; `undefined` where nothing matches. */
  value(text: string): string | undefined;
  /** Instructions that each character of a tag may cost in the worst case; 0 where JavaScript's engine runs it. */
  readonly steps: number;
}

/** Patterns and templates above this many characters are refused. */
const longestPattern = 1024;
/** Compiled programs above this many instructions are refused: each costs time for every character of every tag. */
const largestProgram = 2000;

/**
 * With groups to find, RE2 is slower by far: 100,000 tags take seconds with the worst patterns of this size. Plain
 * patterns (linear.ts) are not bound by it.
 */
const largestExtraction = 150;

/**
 * @param extract a template in the syntax of Go's `Expand`; `undefined` or empty for the whole text
 * @returns the pattern, or what is wrong with it and in which of the two texts
 */
export function compilePattern(
  source: string,
  extract: string | undefined,
): Pattern | { readonly error: string; readonly in: 'pattern' | 'extract' } {
  const compiled = compileSource(source);
  if ('error' in compiled) return { error: compiled.error, in: 'pattern' };
  const { expression } = compiled;
  const plain = plainRegExp(source);
  const engine = plain === undefined ? re2Engine(expression) : eitherEngine(plain, expression);
  const steps = plain === undefined ? expression.programSize() : 0;
  const matches = (text: string) => engine.matches(text);
  if (extract === undefined || extract === '') {
    return { matches, value: (text) => (matches(text) ? text : undefined), steps };
  }
  if (extract.length > longestPattern) return { error: tooLong(extract), in: 'extract' };
  const template = parseTemplate(extract);
  const unknown = unknownGroup(expression, template);
  if (unknown !== undefined) return { error: unknown, in: 'extract' };
  if (plain === undefined && expression.programSize() > largestExtraction) {
    return {
      error: `the pattern compiles to ${expression.programSize()} steps; at most ${largestExtraction} are allowed with extract, so write + or smaller repetitions`,
      in: 'pattern',
    };
  }
  const names = expression.namedGroups();
  const numbered = template.map((part) =>
    typeof part === 'string'
      ? part
      : { group: typeof part.group === 'number' ? part.group : (names[part.group] ?? 0) },
  );
  return {
    matches,
    value: (text) => {
      const groups = engine.find(text);
      return groups && expand(numbered, groups);
    },
    steps,
  };
}

/** What runs a pattern. Both engines give the same answers; only their speed differs. */
export interface Engine {
  matches(text: string): boolean;
  /** The groups of the first match by number, 0 for all of it; a group that took no part is `null` or `undefined`. */
  find(text: string): readonly (string | null | undefined)[] | undefined;
}

/** JavaScript's engine for texts that it may be given, RE2 for longer ones: no tag is, other texts are. */
function eitherEngine({ expression, longest }: PlainRegExp, re2: RE2JS): Engine {
  const fast = plainEngine(expression);
  if (longest === Infinity) return fast;
  const slow = re2Engine(re2);
  const engineFor = (text: string) => (text.length <= longest ? fast : slow);
  return {
    matches: (text) => engineFor(text).matches(text),
    find: (text) => engineFor(text).find(text),
  };
}

/** For plain patterns: ten times as fast. */
export function plainEngine(expression: RegExp): Engine {
  return {
    matches: (text) => expression.test(text),
    find: (text) => expression.exec(text) ?? undefined,
  };
}

/** A text that does not match is the usual case, and RE2 tells it much faster than it finds groups. */
export function re2Engine(expression: RE2JS): Engine {
  const count = expression.groupCount();
  return {
    matches: (text) => expression.test(text),
    find: (text) => {
      if (!expression.test(text)) return undefined;
      const matcher = expression.matcher(text);
      if (!matcher.find()) return undefined;
      return Array.from({ length: count + 1 }, (_, group) => matcher.group(group));
    },
  };
}

function compileSource(source: string): { readonly expression: RE2JS } | { readonly error: string } {
  if (source === '') return { error: 'the pattern is empty' };
  if (source.length > longestPattern) return { error: tooLong(source) };
  let expression: RE2JS;
  try {
    expression = RE2JS.compile(source);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    return { error: `${words} (the syntax is RE2: no look-around and no back-references)` };
  }
  if (expression.programSize() > largestProgram) {
    return {
      error: `the pattern compiles to ${expression.programSize()} steps; at most ${largestProgram} are allowed, so write smaller repetitions`,
    };
  }
  return { expression };
}

function tooLong(text: string): string {
  return `the text has ${text.length} characters; at most ${longestPattern} are allowed`;
}

/** Go expands an unknown group to nothing; in a policy it is a slip of the pen, so it is an error here. */
function unknownGroup(expression: RE2JS, template: Template): string | undefined {
  const names = Object.keys(expression.namedGroups());
  for (const part of template) {
    if (typeof part === 'string') continue;
    if (typeof part.group === 'number') {
      if (part.group > expression.groupCount()) {
        return `there is no group ${part.group}; the pattern has ${expression.groupCount()}`;
      }
    } else if (!names.includes(part.group)) {
      return `there is no group named "${part.group}"${didYouMean(part.group, names)}`;
    }
  }
  return undefined;
}
