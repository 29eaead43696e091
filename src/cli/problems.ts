import type { Advice, Problem } from '../core/problem.ts';
import { clean, cleanMessage } from './clean.ts';
import type { Style } from './style.ts';

/** One line each, as compilers write them: `file:line:column: code: message`. */
export function problemLines(problems: readonly Problem[], style: Style): string {
  return problems.map((problem) => `${problemLine(problem, style)}\n`).join('');
}

/** As problems, with the word in front of the code, so that nobody takes one for a problem. */
export function adviceLines(advice: readonly Advice[], style: Style): string {
  return advice.map((one) => `${problemLine(one, style, style.dim('advice: '))}\n`).join('');
}

function problemLine(problem: Problem, style: Style, word = ''): string {
  const { file, line, column, code, message } = problem;
  const place = file === undefined ? '' : [file, line, column].filter((part) => part !== undefined).join(':');
  return `${place === '' ? '' : `${style.bold(clean(place))}: `}${word}${style.yellow(code)}: ${cleanMessage(message)}`;
}

/** `1 problem`, `3 policies`: a count with its word. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
