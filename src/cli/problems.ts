import type { Problem } from '../core/problem.ts';
import { clean } from './clean.ts';
import type { Style } from './style.ts';

/** One line each, as compilers write them: `file:line:column: code: message`. */
export function problemLines(problems: readonly Problem[], style: Style): string {
  return problems.map((problem) => `${problemLine(problem, style)}\n`).join('');
}

function problemLine(problem: Problem, style: Style): string {
  const { file, line, column, code, message } = problem;
  const place = file === undefined ? '' : [file, line, column].filter((part) => part !== undefined).join(':');
  return `${place === '' ? '' : `${style.bold(clean(place))}: `}${style.yellow(code)}: ${clean(message)}`;
}

/** `1 problem`, `3 policies`: a count with its word. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
