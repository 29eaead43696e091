import { Failure } from '../../core/failure.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../../net/client.ts';
import { redact, redactUrl } from '../../net/redact.ts';
import { answerFailure } from './statuses.ts';
import { cleanWords, type Peer } from '../wire/words.ts';

export type GitCredentials =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string };

/**
 * Asked at each request. `refused` are the ones that the server did not just accept: where others come back, they are tried once.
 */
export type GitCredentialSource = (refused?: GitCredentials) => Promise<GitCredentials | undefined>;

export type Service = 'git-upload-pack' | 'git-receive-pack';

export interface EndpointOptions {
  readonly url: string;
  readonly client: HttpClient;
  readonly credentials?: GitCredentialSource | undefined;
  /** Milliseconds until the answer's head. */
  readonly headTimeout: number;
  /** Milliseconds between two parts of the answer. */
  readonly bodyTimeout: number;
}

/** What an answer may take. */
export interface Bounds {
  /** Milliseconds for the whole of its body. */
  readonly readTimeout: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * One repository behind smart HTTP (gitprotocol-http): its addresses, credentials and statuses. Credentials are asked for
 * at each request, so that a changed secret counts, and sent with the first one, which saves the round trip of a 401.
 */
export class Endpoint implements Peer {
  readonly host: string;
  readonly #options: EndpointOptions;
  /** Without a final slash. */
  readonly #configured: string;
  /** Where `info/refs` was found: a redirect within the origin moves the repository until it is looked for again. */
  #base: string;
  /** The last few that were sent: answers to requests from before a change may still come in. */
  #secrets: readonly string[] = [];

  constructor(options: EndpointOptions) {
    const url = checkUrl(options.url);
    this.host = url.host;
    this.#configured = url.href.replace(/\/+$/, '');
    this.#base = this.#configured;
    this.#options = options;
  }

  /** `GET info/refs`, the first request to a service. */
  async advertisement(service: Service, bounds: Bounds): Promise<HttpResponse> {
    const url = `${this.#configured}/info/refs?service=${service}`;
    const request = { method: 'GET', url, headers: { 'cache-control': 'no-cache' } } as const;
    const { answer, authenticated } = await this.#send(service, request, bounds);
    await this.#check(answer, service, authenticated, `application/x-${service}-advertisement`);
    this.#follow(answer.url);
    return answer;
  }

  /** `POST <service>`. */
  async call(service: Service, body: Uint8Array, bounds: Bounds): Promise<HttpResponse> {
    const type = `application/x-${service}`;
    const headers = { 'content-type': `${type}-request`, accept: `${type}-result` };
    const request = { method: 'POST', url: `${this.#base}/${service}`, headers, body } as const;
    // A server closes connections that lie idle, and who was busy meanwhile learns of it by a failure: what only reads is asked once more.
    const { answer, authenticated } = await this.#send(service, request, bounds).catch((error: unknown) => {
      if (service !== 'git-upload-pack' || !wasCut(error)) throw error;
      return this.#send(service, request, bounds);
    });
    await this.#check(answer, service, authenticated, `${type}-result`);
    return answer;
  }

  /** A server may echo what we sent: its words are shown without our secrets. */
  words(text: string): string {
    // Before, since cleaning may cut a secret in two; and after, since it may join one.
    return redact(cleanWords(redact(text, this.#secrets)), this.#secrets);
  }

  /** Credentials that were refused are asked for anew, once: a token may have ended early, a secret may just have changed. */
  async #send(
    service: Service,
    request: Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body'>,
    bounds: Bounds,
  ): Promise<{ readonly answer: HttpResponse; readonly authenticated: boolean }> {
    const { client, headTimeout, bodyTimeout } = this.#options;
    const send = (credentials: GitCredentials | undefined): Promise<HttpResponse> => {
      const headers = { ...this.#headers(service, credentials), ...request.headers };
      const times = { headTimeout, bodyTimeout, ...bounds };
      return client
        .request({ ...request, headers, redirect: 'same-origin', ...times })
        .catch((error: unknown) => {
          throw this.#fitToShow(error);
        });
    };
    const first = await this.#credentials(bounds);
    const answer = await send(first);
    const authenticated = first !== undefined;
    if (answer.status !== 401 || first === undefined) return { answer, authenticated };
    const second = await this.#credentials(bounds, first);
    if (second === undefined || isSame(first, second)) return { answer, authenticated };
    await answer.discard();
    return { answer: await send(second), authenticated };
  }

  /** Who is stopped does not wait for them; others may ask for the same ones, and those go on. */
  async #credentials({ signal }: Bounds, refused?: GitCredentials): Promise<GitCredentials | undefined> {
    const asked = this.#options.credentials?.(refused);
    if (asked === undefined || signal === undefined) return asked;
    const stop = Promise.withResolvers<never>();
    const onAbort = (): void =>
      stop.reject(
        new Failure(
          'aborted',
          `the request to ${this.host} was stopped while its credentials were asked for`,
          {
            host: this.host,
          },
        ),
      );
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      return await Promise.race([asked, stop.promise]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  #headers(service: Service, credentials: GitCredentials | undefined): Record<string, string> {
    // Hosts that serve pages and repositories at one address tell git by this name.
    const headers: Record<string, string> = { 'user-agent': 'git/tallyman' };
    if (service === 'git-upload-pack') headers['git-protocol'] = 'version=2';
    if (credentials?.kind === 'basic') {
      const pair = `${credentials.username}:${credentials.password}`;
      this.#remember(credentials.password, pair);
      headers['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
    } else if (credentials?.kind === 'bearer') {
      this.#remember(credentials.token);
      headers['authorization'] = `Bearer ${checkToken(credentials.token, this.host)}`;
    }
    return headers;
  }

  /** The address of a redirect may hold what we sent; and what people would configure ends before `/info/refs`. */
  #fitToShow(error: unknown): unknown {
    if (!(error instanceof Failure)) return error;
    const message = redact(error.message.replace('/info/refs, another', ', another'), this.#secrets);
    if (message === error.message) return error;
    return new Failure(error.code, message, { host: this.host, retryable: error.retryable });
  }

  #remember(...secrets: readonly string[]): void {
    this.#secrets = [...new Set([...secrets, ...this.#secrets])].slice(0, 8);
  }

  async #check(
    answer: HttpResponse,
    service: Service,
    authenticated: boolean,
    expected: string,
  ): Promise<void> {
    const type = (answer.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
    if (answer.status === 200 && type === expected) return;
    throw await answerFailure(answer, {
      peer: this,
      repository: redactUrl(this.#options.url),
      service,
      authenticated,
    });
  }

  #follow(answered: string): void {
    const url = new URL(answered);
    // The client refuses to leave the origin; this is the second lock on the same door.
    if (url.host !== this.host || !url.pathname.endsWith('/info/refs')) return;
    this.#base = url.origin + url.pathname.slice(0, -'/info/refs'.length);
  }
}

function wasCut(error: unknown): boolean {
  return error instanceof Failure && error.code === 'unreachable' && error.retryable;
}

function isSame(one: GitCredentials, other: GitCredentials): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function checkUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new Failure(
      'invalid-config',
      'the url of a git repository over HTTP begins with https:// or http://',
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new Failure(
      'invalid-config',
      `the url of the git repository ${redactUrl(url)} holds a user name or password; give them as auth`,
      { host: url.host },
    );
  }
  if (url.search !== '' || url.hash !== '') {
    throw new Failure(
      'invalid-config',
      `the url of the git repository ${redactUrl(url)} holds a query or fragment; git has no use for them`,
      { host: url.host },
    );
  }
  return url;
}

function checkToken(token: string, host: string): string {
  if (/^[\x21-\x7E]+$/.test(token)) return token;
  throw new Failure(
    'invalid-config',
    `the bearer token for ${host} is empty or has blanks, line breaks or letters that no header can carry`,
    { host },
  );
}
