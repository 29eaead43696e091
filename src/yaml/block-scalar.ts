import type { Outline, OutlineNode } from './outline.ts';

/** The decoded text of a block scalar (YAML 1.2, chapter 8.1), as the `yaml` package reads it. */
export function blockScalarText(outline: Outline, index: number): string {
  const { text, nodes } = outline;
  const node = nodes[index];
  if (node === undefined) throw new RangeError(`no node ${index}`);
  const header = headerOf(text, node.start);
  const lines = bodyLines(text, node);
  const firstFull = lines.findIndex((line) => line.content !== '');
  if (firstFull === -1) return header.chomp === '+' ? emptyKept(lines.length) : '';
  const firstIndent = lines[firstFull]?.indent ?? 0;
  const trim = header.indent > 0 ? baseIndent(outline, node) + header.indent : firstIndent;
  const end = contentEnd(lines, header.chomp === '+' ? trim : firstIndent);
  const content = lines
    .slice(0, end)
    .map((line) => ' '.repeat(Math.max(0, line.indent - trim)) + line.content);
  const body = node.style === 'literal' ? content.join('\n') : foldBlock(content, firstFull);
  return body + chomped(header.chomp, lines.slice(end), trim, body);
}

/** By how many columns the lines of a block scalar are indented; 0 where all are blank. */
export function blockIndent(outline: Outline, index: number): number {
  const node = outline.nodes[index];
  if (node === undefined) throw new RangeError(`no node ${index}`);
  const { indent } = headerOf(outline.text, node.start);
  if (indent > 0) return baseIndent(outline, node) + indent;
  return bodyLines(outline.text, node).find((line) => line.content !== '')?.indent ?? 0;
}

interface BodyLine {
  readonly indent: number;
  /** Without the leading spaces and the line break; empty for a blank line. */
  readonly content: string;
}

function headerOf(text: string, start: number): { chomp: string; indent: number } {
  let chomp = '';
  let indent = 0;
  for (let at = start + 1; ; at++) {
    const char = text[at] ?? '';
    if (char === '-' || char === '+') chomp = char;
    else if (char >= '1' && char <= '9') indent = Number(char);
    else return { chomp, indent };
  }
}

/** The lines below the header up to the first that is not blank after the node's end, which may follow for `+`. */
function bodyLines(text: string, node: OutlineNode): BodyLine[] {
  const lines: BodyLine[] = [];
  let at = text.indexOf('\n', node.start) + 1;
  // No line break after the header: there is no body at all.
  while (at > 0 && at <= text.length) {
    const lineBreak = text.indexOf('\n', at);
    const end = lineBreak === -1 ? text.length : lineBreak;
    let from = at;
    while (text.charCodeAt(from) === 0x20) from++;
    const content = text.slice(from, text.charCodeAt(end - 1) === 0x0d && end > from ? end - 1 : end);
    if (at >= node.end && content !== '') {
      lines.push({ indent: 0, content: '' });
      break;
    }
    lines.push({ indent: from - at, content });
    at = end + 1;
  }
  return lines;
}

/** Column of the collection that an indentation indicator counts from; 0 at the root. */
function baseIndent(outline: Outline, node: OutlineNode): number {
  const parent = outline.nodes[node.parent];
  if (parent === undefined) return 0;
  const { text } = outline;
  const lineStart = text.lastIndexOf('\n', parent.start - 1) + 1;
  let at = lineStart + (lineStart === 0 && text.charCodeAt(0) === 0xfeff ? 1 : 0);
  const origin = at;
  // Properties of the first key (`&a key: |2`) stand before the collection's start but do not move its column.
  while (at < parent.start && ' -?:'.includes(text[at] ?? '')) at++;
  return at - origin;
}

/** Index after the last line of content: trailing blank lines count where they are indented beyond `indent`. */
function contentEnd(lines: readonly BodyLine[], indent: number): number {
  const last = lines.findLastIndex((line) => line.content !== '' || line.indent > indent);
  return last + 1;
}

function emptyKept(count: number): string {
  return count > 1 ? '\n'.repeat(count - 1) : '';
}

function chomped(chomp: string, rest: readonly BodyLine[], trim: number, body: string): string {
  if (chomp === '-') return '';
  if (chomp === '') return '\n';
  const kept = rest.map((line) => `\n${' '.repeat(Math.max(0, line.indent - trim))}`).join('');
  return (body + kept).endsWith('\n') ? kept : `${kept}\n`;
}

/** Folding of `>`: breaks between lines at the base indentation are folded, those around deeper lines stay. */
function foldBlock(lines: readonly string[], firstFull: number): string {
  let result = lines
    .slice(0, firstFull)
    .map((line) => `${line}\n`)
    .join('');
  let separator = '';
  let deeperBefore = false;
  for (const line of lines.slice(firstFull)) {
    if (line.startsWith(' ') || line.startsWith('\t')) {
      if (separator === ' ') separator = '\n';
      else if (!deeperBefore && separator === '\n') separator = '\n\n';
      result += separator + line;
      separator = '\n';
      deeperBefore = true;
    } else if (line === '') {
      if (separator === '\n') result += '\n';
      else separator = '\n';
    } else {
      result += separator + line;
      separator = ' ';
      deeperBefore = false;
    }
  }
  return result;
}
