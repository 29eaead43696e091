import { Composer, Lexer, Parser } from 'yaml';
import type { CST } from 'yaml';
import type { Outline } from './outline.ts';
import { outlineOf } from './tokens.ts';

/** A place in a text where it is no YAML that Tallyman reads, and why. */
export interface YamlError {
  readonly offset: number;
  readonly message: string;
}

/** Deepest nesting of collections that is read. The parser recurses, so this bounds its stack. */
export const maxDepth = 200;

/**
 * Reads YAML 1.2 by the `yaml` package: slow, and the judge of what is correct. Duplicate keys (by their text),
 * aliases without an anchor and nesting beyond `maxDepth` are errors. Aliases are never expanded.
 */
export function parse(text: string): { readonly outline: Outline } | { readonly error: YamlError } {
  const tokens = tokensOf(text);
  if (!Array.isArray(tokens)) return { error: tokens };
  const error = firstError(tokens);
  return error === undefined ? outlineOf(text, tokens) : { error };
}

function tokensOf(text: string): CST.Token[] | YamlError {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    // Besides collections the stack holds the document and a scalar.
    if (parser.stack.length > maxDepth + 2) {
      return { offset: parser.offset, message: `nested deeper than ${maxDepth} levels` };
    }
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

function firstError(tokens: readonly CST.Token[]): YamlError | undefined {
  // Keys are checked by their text in `outlineOf`: the package's own check compares every pair of keys.
  const composer = new Composer({ version: '1.2', schema: 'core', uniqueKeys: false, logLevel: 'silent' });
  let first: YamlError | undefined;
  const note = (errors: readonly { pos: [number, number]; message: string }[]): void => {
    for (const { pos, message } of errors) {
      const offset = Math.max(0, pos[0]);
      if (first === undefined || offset < first.offset) first = { offset, message };
    }
  };
  for (const document of composer.compose(tokens)) note(document.errors);
  note(composer.streamInfo().errors);
  return first;
}
