import type { IncomingMessage, ServerResponse } from 'node:http';

/** An error by the distribution spec ("Error Codes"): thrown by a route, answered by the handler. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export function answerError(res: ServerResponse, error: RegistryError): void {
  const body = { errors: [{ code: error.code, message: error.message, detail: null }] };
  answerJson(res, error.status, body, error.headers);
}

export function answerJson(
  res: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  answerBytes(res, status, Buffer.from(JSON.stringify(value)), {
    'content-type': 'application/json',
    ...headers,
  });
}

/** The body is left out by node where the request was HEAD; its length is told all the same. */
export function answerBytes(
  res: ServerResponse,
  status: number,
  bytes: Uint8Array,
  headers: Readonly<Record<string, string>>,
): void {
  res.writeHead(status, { ...headers, 'content-length': bytes.byteLength }).end(bytes);
}

/** @throws RegistryError 413 where the request's body is over `limit` bytes */
export async function readBody(req: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    total += chunk.byteLength;
    if (total > limit) throw new RegistryError(413, 'SIZE_INVALID', `the body is over ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
