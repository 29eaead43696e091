import { tokenize } from './tokens.ts';

export interface Impurity {
  readonly name: string;
  readonly line: number;
}

/** Globals by which code reaches the outside: I/O, the clock, the environment, randomness. */
const globals = new Set(
  `process console fetch performance crypto globalThis global setTimeout setInterval setImmediate queueMicrotask
   require XMLHttpRequest WebSocket Worker navigator`.split(/\s+/),
);

/**
 * Every use of the clock, randomness, the environment or I/O by a global name. A property or key of the same name
 * (`options.process`, `{ fetch: 1 }`) is none; `new Date(ms)` is none, for it is given its time.
 */
export function impuritiesOf(source: string): Impurity[] {
  const tokens = tokenize(source);
  const at = (index: number): string | undefined => tokens[index]?.text;
  return tokens.flatMap(({ kind, text, line }, index) => {
    if (kind !== 'name' || at(index - 1) === '.' || isDeclared(at(index - 1), at(index + 1))) return [];
    const member = at(index + 1) === '.' ? `${text}.${at(index + 2)}` : text;
    const isClock =
      text === 'Date' && (member === 'Date.now' || readsClock(tokens.slice(index - 1, index + 3)));
    const isImpure = globals.has(text) || isClock || member === 'Math.random' || member === 'import.meta';
    return isImpure ? [{ name: member, line }] : [];
  });
}

/** `new Date()`, `new Date`, `Date()`; not `new Date(ms)`, and not the type. */
function readsClock(around: readonly { readonly text: string }[]): boolean {
  const [before, , open, close] = around.map((token) => token.text);
  if (open === '(') return close === ')' || before !== 'new';
  return before === 'new';
}

/** A key, a parameter or a typed name: `fetch: ...`, `fetch?: ...`; in a condition (`a ? fetch : b`) it is a use. */
function isDeclared(before: string | undefined, after: string | undefined): boolean {
  return (after === ':' && before !== '?') || (after === '?' && before !== '(' && before !== '=');
}
