import type { Style } from './style.ts';

/** What a command found: one value, printed as text for people or as one JSON document (product.md, 10). */
export interface Answer {
  readonly exit: ExitCode;
  /** Without `schema`, which is put first. */
  readonly json: Readonly<Record<string, unknown>>;
  text(style: Style): string | Promise<string>;
  /** For people, beside the answer: to standard error, in text output only. */
  readonly notes?: readonly string[];
}

/** 0 fine, 1 problems found, 2 wrong usage or input, 3 nothing elected or something would change, 4 unreachable. */
export type ExitCode = 0 | 1 | 2 | 3 | 4;

/** The worst wins, in this order. */
const worstFirst = [2, 4, 1, 3] as const;

export function worstExit(codes: Iterable<ExitCode>): ExitCode {
  const present = new Set(codes);
  return worstFirst.find((code) => present.has(code)) ?? 0;
}
