import { Composer, CST, Lexer, Parser } from 'yaml';
import type { Outline, OutlineComment } from './outline.ts';
import { outlineOf } from './tokens.ts';

/** A place in a text where it is no YAML that Tallyman reads, and why. */
export interface YamlError {
  readonly offset: number;
  readonly message: string;
  /** It may well be YAML, and is more than is read of it. */
  readonly isLimit?: true;
}

/** Deepest nesting of collections that is read. The parser recurses, so this bounds its stack. */
export const maxDepth = 200;

/** Most tokens (marks, blanks, words) that one text may have: they need far more memory than their characters. */
const maxTokens = 1_000_000;

/**
 * Reads YAML 1.2 by the `yaml` package: slow, and the judge of what is correct. Duplicate keys (by their text),
 * aliases without an anchor and nesting beyond `maxDepth` are errors. Aliases are never expanded.
 */
export function parse(text: string): { readonly outline: Outline } | { readonly error: YamlError } {
  const tokens: CST.Token[] = [];
  const comments: OutlineComment[] = [];
  const error = takeTokens(text, tokens, comments) ?? firstError(tokens);
  return error === undefined ? outlineOf(text, tokens, comments) : { error };
}

/** Fills `tokens` and `comments`. The parser drops some comments, so they are taken from the lexer. */
function takeTokens(text: string, tokens: CST.Token[], comments: OutlineComment[]): YamlError | undefined {
  const parser = new Parser();
  // The parser takes the column after a byte order mark for one that is not the first: it is not shown the mark.
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  parser.offset = start;
  let count = 0;
  let inScalar = false;
  for (const lexeme of new Lexer().lex(text.slice(start))) {
    const { offset } = parser;
    if (!inScalar && lexeme.startsWith('#')) comments.push({ start: offset, end: offset + lexeme.length });
    inScalar = !inScalar && lexeme === CST.SCALAR;
    for (const token of parser.next(lexeme)) {
      if (token.type === 'error') return { offset: token.offset, message: token.message };
      tokens.push(token);
    }
    // Besides collections the stack holds the document and a scalar.
    if (parser.stack.length > maxDepth + 2) {
      return { offset, message: `it is nested deeper than ${maxDepth} levels here`, isLimit: true };
    }
    if (++count > maxTokens) {
      return {
        offset,
        message: `it has more than ${maxTokens} tokens of YAML, counted up to here`,
        isLimit: true,
      };
    }
  }
  for (const token of parser.end()) tokens.push(token);
  return undefined;
}

/**
 * Composes documents only to find out whether they are correct, and stops at the first error: the package would
 * otherwise make an error object for each of a million bad characters.
 */
class Judge extends Composer {
  constructor() {
    // Keys are checked by their text in `outlineOf`: the package's own check compares every pair of keys.
    super({ version: '1.2', schema: 'core', uniqueKeys: false, logLevel: 'silent' });
    // The handler is private in the package's types; without it the errors are still in the documents.
    const open = this as unknown as { onError: ErrorHandler };
    let first: Stop | undefined;
    open.onError = (source, _code, message, warning) => {
      if (warning === true) return;
      // The package catches what is thrown below it and reports it again, at the node around: the first place is the true one.
      first ??= new Stop(offsetOf(source), message);
      throw first;
    };
  }
}

type ErrorSource = number | readonly [number, number, number?] | { readonly offset: number };
type ErrorHandler = (source: ErrorSource, code: string, message: string, warning?: boolean) => void;

/** Leaves the package's recursion; never leaves this file. */
class Stop extends Error {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

function firstError(tokens: readonly CST.Token[]): YamlError | undefined {
  const judge = new Judge();
  try {
    for (const { errors } of judge.compose(tokens)) {
      const [error] = errors;
      if (error !== undefined) return { offset: Math.max(0, error.pos[0]), message: error.message };
    }
    const [error] = judge.streamInfo().errors;
    return error === undefined ? undefined : { offset: Math.max(0, error.pos[0]), message: error.message };
  } catch (error) {
    if (error instanceof Stop) return { offset: error.offset, message: error.message };
    throw error;
  }
}

function offsetOf(source: ErrorSource): number {
  if (typeof source === 'number') return Math.max(0, source);
  return 'offset' in source ? source.offset : source[0];
}
