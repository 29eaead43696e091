/**
 * The target of `rel="next"` in a `link` header (RFC 8288, 3), as it stands there; `undefined` where there is none. Linear time.
 */
export function nextLink(header: string): string | undefined {
  let rest = header.slice(0, longest);
  while (rest !== '') {
    const target = /^[\s,]*<([^>]*)>/.exec(rest);
    if (target === null) return undefined;
    rest = rest.slice(target[0].length);
    const parameters = /^(?:[^",<]|"(?:[^"\\]|\\.)*")*/.exec(rest)?.[0] ?? '';
    rest = rest.slice(parameters.length);
    const relation = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;"]+))/i.exec(parameters);
    const names = (relation?.[1] ?? relation?.[2] ?? '').toLowerCase().split(/\s+/);
    if (names.includes('next')) return target[1];
  }
  return undefined;
}

const longest = 16_384;
