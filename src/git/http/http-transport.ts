import type { HttpClient, HttpResponse } from '../../net/client.ts';
import type {
  FetchAnswer,
  FetchRequest,
  PushReport,
  PushRequest,
  RemoteRef,
  Transport,
} from '../transport.ts';
import { readAdvertisement, type Advertisement } from '../wire/advertisement.ts';
import { Endpoint, type GitCredentialSource, type Bounds, type Service } from './endpoint.ts';
import { emptyFetch, fetchBody, readFetch } from '../wire/fetch.ts';
import { cutOff, decodePackets, type Packet } from '../wire/pkt-line.ts';
import { isAtOldId, pushBody, readPushAnswer, unheard } from '../wire/receive-pack.ts';
import { lsRefsRequest, readRefs } from '../wire/upload-pack-v2.ts';

export interface HttpTransportOptions {
  /** https, or http for labs; without user info. */
  readonly url: string;
  /** Shared; the transport does not close it. */
  readonly client: HttpClient;
  /** Asked at each request; they are sent to the url's own origin only. */
  readonly credentials?: GitCredentialSource;
  /** Milliseconds until an answer begins; default 60,000 (a server may prepare a pack, or run its hooks, first). */
  readonly headTimeout?: number;
  /** Milliseconds between two parts of an answer; default 60,000. */
  readonly bodyTimeout?: number;
  /** Milliseconds for all of a ref listing; default 300,000. */
  readonly listTimeout?: number;
  /** Milliseconds for all of a pack; default 3,600,000. */
  readonly fetchTimeout?: number;
  /** Milliseconds for all that is said of a push: git servers show signs of life while a hook of theirs runs, also one that hangs; default 600,000. */
  readonly pushTimeout?: number;
  /** Bytes of a ref listing; default 64 MiB. */
  readonly listLimit?: number;
  /** Bytes of a pack; default 2 GiB. */
  readonly packLimit?: number;
}

/**
 * Smart HTTP (gitprotocol-http): protocol version 2 to list and fetch, with version 0 for servers that know no better; `receive-pack` to
 * push (product.md, 5). The first listing costs two requests, each later one costs one. Nothing is sent before the first call.
 * @throws Failure `invalid-config` for a url that is none
 */
export function openHttpTransport(options: HttpTransportOptions): Transport {
  return new HttpTransport(options);
}

class HttpTransport implements Transport {
  readonly #endpoint: Endpoint;
  readonly #options: HttpTransportOptions;
  readonly #listLimit: number;
  readonly #packLimit: number;
  /** What the server said of version 2, remembered so that later listings skip the question. */
  #known: Extract<Advertisement, { version: 2 }> | undefined;

  constructor(options: HttpTransportOptions) {
    const { headTimeout = 60_000, bodyTimeout = 60_000 } = options;
    this.#options = options;
    this.#endpoint = new Endpoint({ ...options, headTimeout, bodyTimeout });
    this.#listLimit = options.listLimit ?? 64 * 1024 * 1024;
    this.#packLimit = options.packLimit ?? 2 * 1024 * 1024 * 1024;
  }

  async listRefs(prefixes: readonly string[], signal?: AbortSignal): Promise<readonly RemoteRef[]> {
    const refs = await this.#forgetOnFailure(() => this.#listAll(prefixes, signal));
    return refs.filter(({ name }) => prefixes.some((prefix) => name.startsWith(prefix)));
  }

  async fetch(request: FetchRequest, signal?: AbortSignal): Promise<FetchAnswer> {
    if (request.wants.length === 0) {
      return emptyFetch();
    }
    return this.#forgetOnFailure(() => this.#fetch(request, signal));
  }

  async push(request: PushRequest, signal?: AbortSignal): Promise<PushReport> {
    const service = 'git-receive-pack';
    const peer = this.#endpoint;
    const advertised = await this.#advertisement(service, signal);
    if (advertised.version !== 0) throw cutOff(peer);
    if (!isAtOldId(advertised.refs, request)) return { kind: 'raced' };
    const { capabilities } = advertised;
    const body = pushBody(capabilities, request, peer);
    const readTimeout = this.#options.pushTimeout ?? 600_000;
    const answer = await this.#endpoint
      .call(service, body, { readTimeout, signal })
      .catch((error: unknown) => {
        throw unheard(error, request);
      });
    return readPushAnswer(this.#packets(answer, this.#listLimit), capabilities, request, peer);
  }

  async close(): Promise<void> {
    this.#known = undefined;
  }

  async #listAll(
    prefixes: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<readonly RemoteRef[]> {
    const known = await this.#uploadPack(signal);
    if (known.version === 0) return known.refs;
    const body = lsRefsRequest(known.capabilities, prefixes);
    const answer = await this.#endpoint.call('git-upload-pack', body, this.#forLists(signal));
    return readRefs(this.#packets(answer, this.#listLimit), this.#endpoint);
  }

  async #fetch(request: FetchRequest, signal: AbortSignal | undefined): Promise<FetchAnswer> {
    const peer = this.#endpoint;
    const known = await this.#uploadPack(signal);
    const body = fetchBody(known, request, peer);
    const readTimeout = this.#options.fetchTimeout ?? 3_600_000;
    const answer = await this.#endpoint.call('git-upload-pack', body, { readTimeout, signal });
    return readFetch(this.#packets(answer, this.#packLimit), known, request, peer);
  }

  async #uploadPack(signal: AbortSignal | undefined): Promise<Advertisement> {
    if (this.#known !== undefined) return this.#known;
    const answer = await this.#advertisement('git-upload-pack', signal);
    if (answer.version === 2) this.#known = answer;
    return answer;
  }

  async #advertisement(service: Service, signal: AbortSignal | undefined): Promise<Advertisement> {
    const answer = await this.#endpoint.advertisement(service, this.#forLists(signal));
    return readAdvertisement(this.#packets(answer, this.#listLimit), this.#endpoint);
  }

  #forLists(signal: AbortSignal | undefined): Bounds {
    return { readTimeout: this.#options.listTimeout ?? 300_000, signal };
  }

  #packets(answer: HttpResponse, limit: number): AsyncGenerator<Packet, void, undefined> {
    return decodePackets(answer.body(limit), this.#endpoint);
  }

  /** A server that was replaced may speak otherwise now: after a failure it is asked again. */
  async #forgetOnFailure<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      this.#known = undefined;
      throw error;
    }
  }
}
