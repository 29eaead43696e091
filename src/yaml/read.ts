import type { Outline } from './outline.ts';
import { parse } from './parse.ts';
import type { YamlError } from './parse.ts';
import type { ScanState } from './scan-state.ts';
import { scanOn, startScan } from './scan.ts';

/** What a text is read as. `scanned`: the scanner was sure of all of it. */
type OutlineRead = { readonly outline: Outline; readonly scanned?: true } | { readonly error: YamlError };

/**
 * Reads a text as YAML 1.2: by the scanner, and those documents that it is unsure of by the parser. The outline is
 * the one that `parse` gives for the whole (architecture.md, idea 1).
 */
export function readOutline(text: string): OutlineRead {
  const s = startScan(text);
  if (s === undefined) return parse(text);
  if (scanOn(s)) return { outline: s.outline, scanned: true };
  do {
    const end = documentEnd(s);
    // The whole text is one document, or its documents cannot be told apart by their `---` alone.
    if (end === undefined) return parse(text);
    // With the next document's mark: the parser judges blanks by what comes after them.
    const read = parse(text.slice(s.documentStart, end + 3));
    if ('error' in read) return { error: { ...read.error, offset: read.error.offset + s.documentStart } };
    const { documents } = read.outline;
    s.replaceDocument(
      { ...read.outline, documents: end < text.length ? documents.slice(0, -1) : documents },
      end,
    );
  } while (!scanOn(s));
  return { outline: s.outline };
}

/** Where the document that the scanner is unsure of ends; `undefined` where it cannot be read apart from the others. */
function documentEnd(s: ScanState): number | undefined {
  const { text, documentStart } = s;
  if (s.afterEnd || s.full || hasDirectives(text)) return undefined;
  const next = nextMarker(text, documentStart);
  return next === -1 && documentStart <= 1 ? undefined : next === -1 ? text.length : next;
}

/** `---` in the first column ends a document whatever it stands in. */
function nextMarker(text: string, from: number): number {
  for (let at = text.indexOf('\n---', from); at !== -1; at = text.indexOf('\n---', at + 4)) {
    const after = text[at + 4];
    if (after === undefined || ' \t\r\n'.includes(after)) return at + 1;
  }
  return -1;
}

function hasDirectives(text: string): boolean {
  return text.startsWith('%') || text.startsWith('\ufeff%') || text.includes('\n%');
}
