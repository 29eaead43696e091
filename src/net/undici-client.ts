import { getCACertificates } from 'node:tls';
import type { Dispatcher, Pool } from 'undici';
import { Failure } from '../core/failure.ts';
import type { HttpClient, HttpRequest, HttpResponse } from './client.ts';
import { requestFailure } from './failures.ts';
import { Patience } from './patience.ts';
import { proxyAddress, type EnvironmentProxy } from './proxy-address.ts';
import { behindProxy, proxyFailure, tunnelFailure } from './proxy-failures.ts';
import { mostRedirects, redirected } from './redirects.ts';
import { checkTlsMaterial, type TlsMaterial } from './tls-material.ts';
import { UndiciResponse } from './undici-response.ts';

export interface HttpClientOptions extends TlsMaterial {
  /** Default `tallyman`. */
  readonly userAgent?: string;
  /** The proxy's URL, or by the kind of address as HTTP_PROXY, HTTPS_PROXY and NO_PROXY give it. Default: none. */
  readonly proxy?: string | EnvironmentProxy | undefined;
  /** Hosts (`name` or `name:port`) whose TLS certificate is not checked. */
  readonly insecureHosts?: ReadonlySet<string>;
  /** Milliseconds until a connection stands, TLS included; default 10,000. */
  readonly connectTimeout?: number;
  /** Connections per origin; default 32. More requests wait for a free one. */
  readonly connections?: number;
}

/**
 * The one way out by HTTP (product.md, 7 and 12), over undici with kept connections per origin. undici is loaded by the first request.
 * Redirects: at most 5, by the port's rules. Bodies: gzip, deflate and br are undone, bounds count what comes out.
 */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  return new UndiciClient(options);
}

class UndiciClient implements HttpClient {
  readonly #options: HttpClientOptions;
  /** With and without certificate checks, made when first needed. */
  readonly #dispatchers = new Map<boolean, Dispatcher | Promise<Dispatcher>>();
  readonly #patience = new Patience();
  /** Hosts to which a proxy was asked for a tunnel. */
  readonly #tunnels = new Set<string>();
  #closed = false;

  constructor(options: HttpClientOptions) {
    this.#options = options;
  }

  async request(request: HttpRequest): Promise<HttpResponse> {
    let next = { ...request, headers: this.#headers(request) };
    for (let hops = 0; ; hops++) {
      const url = checkedUrl(next.url);
      let answer: HttpResponse;
      try {
        const ready = this.#dispatcher(url);
        const dispatcher = ready instanceof Promise ? await ready : ready;
        answer = new UndiciResponse(await dispatcher.request(options(next, url)), url, next, this.#patience);
      } catch (error) {
        throw this.#failure(error, url, next.signal);
      }
      let onward: HttpRequest | undefined;
      try {
        onward = redirected(next, url, answer);
      } catch (error) {
        // Its connection would be kept for a body that nobody reads.
        await answer.discard();
        throw error;
      }
      if (onward === undefined) return answer;
      await answer.discard();
      if (hops === mostRedirects) {
        throw new Failure('bad-answer', `${url.host} redirects more than ${mostRedirects} times`, {
          host: url.host,
        });
      }
      next = { ...onward, headers: onward.headers ?? {} };
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#patience.close();
    for (const dispatcher of this.#dispatchers.values()) await (await dispatcher).destroy(null);
  }

  #failure(error: unknown, url: URL, signal: AbortSignal | undefined): Failure {
    const { host } = url;
    const failure = requestFailure(error, host, signal);
    if (failure.code === 'aborted') return failure;
    const proxy = proxyOf(this.#options, url);
    const ofProxy = proxyFailure(error, proxy, host);
    if (ofProxy !== undefined || failure === error || !this.#tunnels.has(host)) return ofProxy ?? failure;
    return behindProxy(failure, proxy);
  }

  #headers(request: HttpRequest): Record<string, string> {
    const headers: Record<string, string> = {
      'user-agent': this.#options.userAgent ?? 'tallyman',
      'accept-encoding': 'gzip, deflate, br',
    };
    for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
    return headers;
  }

  #dispatcher(url: URL): Dispatcher | Promise<Dispatcher> {
    if (this.#closed) throw new Failure('aborted', 'the HTTP client was closed', { host: url.host });
    const insecure = this.#options.insecureHosts;
    const verify = insecure === undefined || !(insecure.has(url.host) || insecure.has(url.hostname));
    const kept = this.#dispatchers.get(verify);
    if (kept !== undefined) return kept;
    const made = createDispatcher(this.#options, verify, this.#tunnels).then((dispatcher) => {
      this.#dispatchers.set(verify, dispatcher);
      return dispatcher;
    });
    // One that cannot be made leaves nothing to close.
    made.catch(() => this.#dispatchers.delete(verify));
    this.#dispatchers.set(verify, made);
    return made;
  }
}

/** The request in undici's terms. */
function options(request: HttpRequest, url: URL): Dispatcher.RequestOptions {
  return {
    origin: url.origin,
    path: url.pathname + url.search,
    method: request.method,
    headers: request.headers ?? {},
    body: request.body ?? null,
    headersTimeout: request.headTimeout ?? 30_000,
    bodyTimeout: request.bodyTimeout ?? 30_000,
    signal: request.signal ?? null,
    onInfo: announcements(url.host),
  };
}

/** Each answer that only announces one (status 1xx) begins the waiting anew: some are taken, and no more. */
function announcements(host: string): () => void {
  let seen = 0;
  return () => {
    if (++seen <= mostAnnouncements) return;
    const words = `${host} announced its answer more than ${mostAnnouncements} times, and never sent it`;
    throw new Failure('bad-answer', words, { host });
  };
}

const mostAnnouncements = 20;

/** The proxy that stands before this address, unless NO_PROXY says otherwise; empty: none. */
function proxyOf({ proxy = '' }: HttpClientOptions, { protocol }: URL): string {
  if (typeof proxy === 'string') return proxy;
  return protocol === 'https:' && proxy.https !== '' ? proxy.https : proxy.http;
}

async function createDispatcher(
  options: HttpClientOptions,
  verify: boolean,
  tunnels: Set<string>,
): Promise<Dispatcher> {
  const { Agent, EnvHttpProxyAgent, Pool, ProxyAgent } = await import('undici');
  checkTlsMaterial(options);
  const trust = options.ca === undefined ? {} : { ca: [...getCACertificates('default'), options.ca] };
  const connect = {
    timeout: options.connectTimeout ?? 10_000,
    rejectUnauthorized: verify,
    ...trust,
    ...options.clientCertificate,
  };
  // HTTP/1.1 only: registries and git hosts gain nothing from streams over one connection that a pool does not give.
  const shared = {
    connect,
    allowH2: false,
    connections: options.connections ?? 32,
    headersTimeout: 30_000,
    keepAliveTimeout: 30_000,
  };
  const { proxy } = options;
  if (proxy === undefined) return new Agent(shared);
  // The proxy sees no certificate of ours: it is not who they are for.
  const proxied = {
    ...shared,
    requestTls: connect,
    proxyTls: { timeout: connect.timeout, ...trust },
    // What a tunnel waits for is a connection too; undici's own time for it is five minutes.
    clientFactory: (origin: URL, options: object) =>
      watchTunnels(new Pool(origin, { ...options, headersTimeout: connect.timeout }), origin, tunnels),
  };
  if (typeof proxy === 'string') return new ProxyAgent({ ...proxied, uri: proxyAddress(proxy, 'proxy') });
  return new EnvHttpProxyAgent({
    ...proxied,
    httpProxy: proxyAddress(proxy.http, 'HTTP_PROXY'),
    httpsProxy: proxyAddress(proxy.https, 'HTTPS_PROXY'),
    noProxy: proxy.except,
  });
}

/** The library tells only that no connection came about: that it was the proxy which failed is known here. */
function watchTunnels(pool: Pool, proxy: URL, tunnels: Set<string>): Pool {
  const connect = pool.connect.bind(pool) as (request: Dispatcher.ConnectOptions) => Promise<unknown>;
  const watched = async (request: Dispatcher.ConnectOptions): Promise<unknown> => {
    const host = request.path.replace(/:443$/, '');
    tunnels.add(host);
    try {
      return await connect(request);
    } catch (error) {
      throw tunnelFailure(error, proxy.host, host);
    }
  };
  return Object.assign(pool, { connect: watched });
}

function checkedUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new Failure('usage', 'a request needs an absolute http or https address');
  }
  if (url.username !== '' || url.password !== '') {
    throw new Failure(
      'usage',
      `the address of ${url.host} holds a user name or password; give credentials separately`,
      {
        host: url.host,
      },
    );
  }
  return url;
}
