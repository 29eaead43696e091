export interface CgiHead {
  readonly status: number;
  readonly headers: Record<string, string>;
  /** What came after the empty line. */
  readonly rest: Buffer;
}

/** Reads a CGI answer's head (RFC 3875, 6); `undefined` while it is not complete. */
export function parseCgiHead(bytes: Buffer): CgiHead | undefined {
  const match = /\r?\n\r?\n/.exec(bytes.toString('latin1'));
  if (match === null) return undefined;
  const headers: Record<string, string> = {};
  let status = 200;
  for (const line of bytes.toString('latin1', 0, match.index).split(/\r?\n/)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'status') status = Number.parseInt(value, 10);
    else headers[name] = value;
  }
  return { status, headers, rest: bytes.subarray(match.index + match[0].length) };
}
