/** One outbound request. Bodies are whole or streamed; answers are always bounded. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute, http or https; user info in it is refused. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Milliseconds until the answer's head; default 30,000. */
  readonly headTimeout?: number;
  /** Milliseconds between two parts of the answer's body; default 30,000. */
  readonly bodyTimeout?: number;
  /** Milliseconds for the whole of the answer's body, however steadily it comes; default 300,000. */
  readonly readTimeout?: number;
  /**
   * What a redirect does. `same-origin` (default): followed on the same origin only, else a Failure; `drop-credentials`: followed anywhere, without
   * `authorization`, `cookie` and `proxy-authorization` on another origin (blobs of registries); `manual`: given back.
   */
  readonly redirect?: 'same-origin' | 'drop-credentials' | 'manual';
  readonly signal?: AbortSignal | undefined;
}

export interface HttpResponse {
  readonly status: number;
  /** Lower-case names; repeated headers joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where the answer came from, after redirects. */
  readonly url: string;
  /** As it arrives, decompressed; it throws a Failure `timeout`, `unreachable`, `aborted`, `bad-answer` (damaged compression) or `too-large` (over `limit` bytes). */
  body(limit: number): AsyncIterable<Uint8Array>;
  bytes(limit: number): Promise<Uint8Array>;
  text(limit: number): Promise<string>;
  /** Gives the connection back without reading on. */
  discard(): Promise<void>;
}

/**
 * Port: the one way out by HTTP (architecture.md, `net/`).
 * `request` throws a Failure `unreachable`, `timeout`, `aborted`, `bad-answer` (no HTTP, a redirect that is not followed) or `usage` (an address
 * that is none, or holds user info), with the host; a status is never an error. Every answer must be read or discarded.
 */
export interface HttpClient {
  request(request: HttpRequest): Promise<HttpResponse>;
  close(): Promise<void>;
}
