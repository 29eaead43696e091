import { tokenize, type Token } from './tokens.ts';

export interface ImportFact {
  /** `undefined` where it is not a literal, so that nobody can tell what is loaded. */
  readonly specifier: string | undefined;
  readonly line: number;
}

/**
 * Every way in which a file names another module: `import`, `import type`, `export from`, `import()` in code and in
 * types, `require()`, and `new URL(..., import.meta.url)`, which is how workers are started.
 */
export function importsOf(source: string): ImportFact[] {
  const tokens = tokenize(source);
  return tokens.flatMap((token, index) => {
    const read = token.kind === 'name' && !isMember(tokens, index) ? readers.get(token.text) : undefined;
    const specifier = read?.(tokens, index);
    return specifier === undefined ? [] : [{ specifier: specifier.text, line: token.line }];
  });
}

/** `undefined`: no import. A `text` that is `undefined`: an import of something that is no literal. */
type Specifier = { readonly text: string | undefined } | undefined;

type Reader = (tokens: readonly Token[], index: number) => Specifier;

const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  [
    'import',
    (tokens, index) => {
      const next = tokens[index + 1];
      if (isMark(next, '(')) return literal(tokens[index + 2], tokens[index + 3]);
      if (isMark(next, '.') || isMark(next, ':')) return undefined; // import.meta, or a key named import
      return next?.kind === 'string' ? { text: next.text } : fromClause(tokens, index + 1);
    },
  ],
  [
    'export',
    (tokens, index) => {
      const start = tokens[index + 1]?.text === 'type' ? index + 2 : index + 1;
      const isList = isMark(tokens[start], '{') || isMark(tokens[start], '*');
      return isList ? fromClause(tokens, start) : undefined;
    },
  ],
  [
    'require',
    (tokens, index) =>
      isMark(tokens[index + 1], '(') ? literal(tokens[index + 2], tokens[index + 3]) : undefined,
  ],
  [
    'URL',
    (tokens, index) => {
      const [open, first, comma, source] = tokens.slice(index + 1, index + 5);
      const isModule = isMark(open, '(') && isMark(comma, ',') && source?.text === 'import';
      const isCode = isModule && first?.kind === 'string' && /\.[cm]?[jt]s$/.test(first.text);
      return isCode ? { text: first.text } : undefined;
    },
  ],
]);

/** The string after `from`, past names and braces; nothing where the statement ends before one comes. */
function fromClause(tokens: readonly Token[], start: number): Specifier {
  let depth = 0;
  for (let index = start; index < tokens.length; index++) {
    const token = tokens[index];
    if (isMark(token, '{')) depth++;
    if (isMark(token, '}')) depth--;
    const next = tokens[index + 1];
    if (depth === 0 && token?.text === 'from' && next?.kind === 'string') return { text: next.text };
    if (depth === 0 && isMark(token, '}') && next?.text !== 'from') return undefined; // `export { a }`
    if (isMark(token, ';') || isMark(token, '=')) return undefined;
  }
  return undefined;
}

function literal(first: Token | undefined, second: Token | undefined): Specifier {
  const whole = isMark(second, ')') || isMark(second, ',');
  if (first?.kind === 'string' && whole) return { text: first.text };
  if (first?.kind === 'template' && whole && first.text.endsWith('`'))
    return { text: first.text.slice(0, -1) };
  return { text: undefined };
}

function isMember(tokens: readonly Token[], index: number): boolean {
  const previous = tokens[index - 1];
  return isMark(previous, '.') && !isMark(tokens[index - 2], '.'); // `...import()` is no member
}

function isMark(token: Token | undefined, text: string): boolean {
  return token?.kind === 'mark' && token.text === text;
}
