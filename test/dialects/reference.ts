import { expect } from 'vitest';
import type { Problem } from '../../src/core/problem.ts';
import type { ForeignFile } from '../../src/dialects/model.ts';

/**
 * A key of a format, in the order of the notes on it. The label starts with the line there; then what becomes of the key (`undefined`: no policy),
 * and the problem that names it.
 */
export type Row = readonly [
  label: string,
  text: string,
  policy: object | undefined,
  problem?: readonly [code: Problem['code'], words: string],
];

export interface Case {
  readonly label: string;
  readonly text: string;
  readonly policy: object | undefined;
  readonly problem: Row[3];
}

/** The rows with names, as `it.each` wants them. */
export function cases(rows: readonly Row[]): readonly Case[] {
  return rows.map(([label, text, policy, problem]) => ({ label, text, policy, problem }));
}

/** All that a file says. */
export function told({ problems, policies }: ForeignFile): object {
  return {
    problems: [...problems, ...policies.flatMap((one) => one.problems)],
    policies: policies.flatMap(({ policy }) => policy ?? []),
  };
}

/** What a row promises of `told`: this policy and this problem, and no others. */
export function promised({ policy, problem }: Case, line: number): object {
  const words = expect.stringContaining(problem?.[1] ?? '') as string;
  const named = { code: problem?.[0], file: 'apps/file.yaml', line, message: words };
  return { problems: problem === undefined ? [] : [named], policies: policy === undefined ? [] : [policy] };
}
