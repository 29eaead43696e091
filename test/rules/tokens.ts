/**
 * A lexer for the TypeScript of this repository, just good enough that no comment, string, template or regular
 * expression is ever taken for code. TypeScript 7 gives scripts no parser of its own.
 */
export interface Token {
  readonly kind: 'name' | 'string' | 'template' | 'number' | 'regex' | 'mark';
  /** Names, numbers and marks as written; strings without quotes; templates and regular expressions with theirs. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

/** Names after which a `/` starts a regular expression and not a division. */
const operators = new Set(
  'return typeof case in of new delete void throw instanceof await yield else do'.split(' '),
);
const pattern =
  /(?<blank>\s+|\/\/[^\n]*|\/\*[^]*?\*\/|^#![^\n]*)|(?<name>[\p{ID_Start}$_#@][\p{ID_Continue}$\u200c\u200d]*)|(?<number>\.?\d(?:[\w.]|[eE][+-])*)|(?<string>'(?:[^'\\\n]|\\[^])*'|"(?:[^"\\\n]|\\[^])*")|(?<mark>[^])/uy;
const regexPattern = /\/(?:[^/\\[\n]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n])*\])+\/[a-z]*/y;
const templatePattern = /(?:[^`\\$]|\\[^]|\$(?!\{))*(?:`|\$\{)/y;

export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  // One entry per open brace: whether it is the `${` of a template.
  const braces: boolean[] = [];
  let line = 1;
  let at = 0;
  const push = (kind: Token['kind'], text: string, length: number): void => {
    tokens.push({ kind, text, line });
    advance(length);
  };
  const advance = (length: number): void => {
    for (const character of source.slice(at, at + length)) if (character === '\n') line++;
    at += length;
  };
  const template = (): void => {
    const part = match(templatePattern, source, at + 1);
    if (part === undefined) throw new Error(`line ${line}: a template that does not end`);
    if (part.endsWith('${')) braces.push(true);
    push('template', part, part.length + 1);
  };
  while (at < source.length) {
    pattern.lastIndex = at;
    const groups = pattern.exec(source)?.groups ?? {};
    const text = groups['name'] ?? groups['number'] ?? groups['string'] ?? groups['mark'] ?? '';
    const regex = text === '/' && startsOperand(tokens.at(-1)) ? match(regexPattern, source, at) : undefined;
    if (groups['blank'] !== undefined) advance(groups['blank'].length);
    else if (groups['name'] !== undefined) push('name', text, text.length);
    else if (groups['number'] !== undefined) push('number', text, text.length);
    else if (groups['string'] !== undefined) push('string', text.slice(1, -1), text.length);
    else if (regex !== undefined) push('regex', regex, regex.length);
    else if (text === '`') template();
    else if (text === '}' && braces.pop() === true) template();
    else {
      if (text === '{') braces.push(false);
      push('mark', text, text.length);
    }
  }
  return tokens;
}

/** Whether an operand, and so perhaps a regular expression, may follow. */
function startsOperand(previous: Token | undefined): boolean {
  if (previous === undefined) return true;
  if (previous.kind === 'name') return operators.has(previous.text);
  if (previous.kind === 'template') return previous.text.endsWith('${');
  return previous.kind === 'mark' && ![')', ']', '}'].includes(previous.text);
}

function match(sticky: RegExp, source: string, at: number): string | undefined {
  sticky.lastIndex = at;
  return sticky.exec(source)?.[0];
}
