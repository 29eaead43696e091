import type { NodeStyle } from './outline.ts';

/**
 * The source text that puts `value` in place of a scalar of the given style. Quotes stay as they are. Plain text
 * stays plain unless YAML 1.1 or 1.2 would read the new value as something other than that text: then it is double
 * quoted. Block scalars (`|`, `>`) give way to plain or quoted text. In place of a value that is not written (style
 * `none`), the text starts with the space that must follow the colon or dash (product.md, 4).
 */
export function renderScalar(
  value: string,
  like: { readonly style: NodeStyle; readonly inFlow: boolean },
): string {
  switch (like.style) {
    case 'double':
      return doubleQuoted(value);
    case 'single':
      return isPrintableLine(value) ? `'${value.replaceAll("'", "''")}'` : doubleQuoted(value);
    case 'none':
      return ` ${plainOrQuoted(value, like.inFlow)}`;
    case 'plain':
    case 'literal':
    case 'folded':
    case 'block':
    case 'flow':
      return plainOrQuoted(value, like.inFlow);
  }
}

function plainOrQuoted(value: string, inFlow: boolean): string {
  return breaksAsPlain(value, inFlow) || hasOtherType(value) ? doubleQuoted(value) : value;
}

/** Whether plain text would end early, start something else, or lose blanks. */
function breaksAsPlain(value: string, inFlow: boolean): boolean {
  if (!isPrintableLine(value) || value !== value.trim()) return true;
  if (/^[,[\]{}#&*!|>'"%@`]/.test(value) || /^[-?:](?:\s|$)/.test(value)) return true;
  if (/:(?:\s|$)/.test(value) || /\s#/.test(value) || /^(?:---|\.\.\.)/.test(value)) return true;
  return inFlow && (/[,[\]{}]/.test(value) || value.startsWith(':') || value.startsWith('?'));
}

/** Whether some reader of YAML 1.1 or 1.2 takes the plain text for null, a boolean, a number, a time or a merge. */
function hasOtherType(value: string): boolean {
  // Some readers take words in any mix of cases, and drop the underscores of every number.
  if (/^(?:|~|null|true|false|yes|no|on|off|y|n|=|<<|[-+]?\.inf|[-+]?\.nan)$/i.test(value)) return true;
  const digits = value.replaceAll('_', '');
  if (/^[-+]?(?:0x[0-9a-f]+|0o[0-7]+|0b[01]+)$/i.test(digits)) return /^[-+0-9]/.test(value);
  if (/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:e[-+]?[0-9]+)?$/i.test(digits))
    return /^[-+.0-9]/.test(value);
  // The `yaml` package reads it as a float in YAML 1.1, and short SHAs look so.
  if (/^[-+]?\.?e[-+]?[0-9]+$/i.test(digits)) return true;
  if (/^[-+]?[0-9]+(?::[0-5]?[0-9])+(?:\.[0-9]*)?$/.test(digits)) return true;
  return /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|\s+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}.*)?$/.test(value);
}

/** No line breaks, control characters, byte order marks or broken surrogates. */
function isPrintableLine(value: string): boolean {
  return !unprintable().test(value);
}

function doubleQuoted(value: string): string {
  const escaped = value
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replace(unprintable('gu'), (char) => escapeOf(char.codePointAt(0) ?? 0));
  return `"${escaped}"`;
}

function escapeOf(code: number): string {
  const short = { 0x09: '\\t', 0x0a: '\\n', 0x0d: '\\r' }[code];
  if (short !== undefined) return short;
  return code <= 0xff ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}

/** A new one each time: a shared expression with the `g` flag would carry its state over. */
function unprintable(flags = 'u'): RegExp {
  return new RegExp('[\\p{Cc}\\p{Cs}\\u2028\\u2029\\ufeff\\ufffe\\uffff]', flags);
}
