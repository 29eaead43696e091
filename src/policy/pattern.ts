import { RE2JS } from 're2js';
import { didYouMean } from '../core/nearest.ts';
import { expand, parseTemplate, type Template } from './template.ts';

/**
 * A regular expression from a repository. The engine is RE2: its time grows with the length of the tag, whatever the
 * pattern is. Not anchored, as in the Go tools: write `^` and `$`.
 */
export interface Pattern {
  matches(text: string): boolean;
  /** What `extract` gives for the first match; the whole text without `extract`; `undefined` where nothing matches. */
  value(text: string): string | undefined;
}

/** Patterns and templates above this many characters are refused. */
const longestPattern = 1024;
/** Compiled programs above this many instructions are refused: each costs time for every character of every tag. */
const largestProgram = 2000;

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
  if (extract === undefined || extract === '') {
    return {
      matches: (text) => expression.test(text),
      value: (text) => (expression.test(text) ? text : undefined),
    };
  }
  if (extract.length > longestPattern) return { error: tooLong(extract), in: 'extract' };
  const template = parseTemplate(extract);
  const unknown = unknownGroup(expression, template);
  if (unknown !== undefined) return { error: unknown, in: 'extract' };
  return {
    matches: (text) => expression.test(text),
    value: (text) => {
      const matcher = expression.matcher(text);
      return matcher.find() ? expand(template, (group) => matcher.group(group)) : undefined;
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
