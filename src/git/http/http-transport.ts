import { Failure } from '../../core/failure.ts';
import type { HttpClient, HttpResponse } from '../../net/client.ts';
import type {
  FetchAnswer,
  FetchRequest,
  PushReport,
  PushRequest,
  RemoteRef,
  Transport,
} from '../transport.ts';
import { checkLine, readAdvertisement, type Advertisement } from './advertisement.ts';
import { Endpoint, type GitCredentials, type Service } from './endpoint.ts';
import { cutOff, decodePackets, type Packet } from './pkt-line.ts';
import { isAtOldId, pushBody, readReport } from './receive-pack.ts';
import { ServerWords, sideBandData } from './side-band.ts';
import { fetchRequestV0, readFetchHeadV0 } from './upload-pack-v0.ts';
import { fetchRequestV2, lsRefsRequest, offersFetch, readFetchHead, readRefs } from './upload-pack-v2.ts';

export interface HttpTransportOptions {
  /** https, or http for labs; without user info. */
  readonly url: string;
  /** Shared; the transport does not close it. */
  readonly client: HttpClient;
  /** Asked at each request; they are sent to the url's own origin only. */
  readonly credentials?: () => Promise<GitCredentials | undefined>;
  /** Milliseconds until an answer begins; default 60,000 (a server may prepare a pack, or run its hooks, first). */
  readonly headTimeout?: number;
  /** Milliseconds between two parts of an answer; default 60,000. */
  readonly bodyTimeout?: number;
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
  readonly #listLimit: number;
  readonly #packLimit: number;
  /** What the server said of version 2, remembered so that later listings skip the question. */
  #known: Extract<Advertisement, { version: 2 }> | undefined;

  constructor(options: HttpTransportOptions) {
    const { headTimeout = 60_000, bodyTimeout = 60_000 } = options;
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
      return { filtered: false, shallow: [], unshallow: [], pack: nothing() };
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
    const packets = this.#packets(await this.#endpoint.call(service, body, signal), this.#listLimit);
    const words = new ServerWords();
    const lines: string[] = [];
    const report = capabilities.has('side-band-64k')
      ? decodePackets(sideBandData(packets, peer, words), peer)
      : packets;
    for await (const packet of report) {
      if (packet.kind === 'data') lines.push(checkLine(packet.data, peer));
    }
    return readReport(lines, request.ref, words.text(peer), peer);
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
    const answer = await this.#endpoint.call('git-upload-pack', body, signal);
    return readRefs(this.#packets(answer, this.#listLimit), this.#endpoint);
  }

  async #fetch(request: FetchRequest, signal: AbortSignal | undefined): Promise<FetchAnswer> {
    const peer = this.#endpoint;
    const { version, capabilities } = await this.#uploadPack(signal);
    const filtered =
      request.filter !== undefined &&
      (version === 2 ? offersFetch(capabilities, 'filter') : capabilities.has('filter'));
    const body =
      version === 2
        ? fetchRequestV2(capabilities, request, peer)
        : fetchRequestV0(capabilities, request, peer);
    const packets = this.#packets(
      await this.#endpoint.call('git-upload-pack', body, signal),
      this.#packLimit,
    );
    try {
      const head =
        version === 2
          ? { news: await readFetchHead(packets, peer), packets }
          : await readFetchHeadV0(packets, peer);
      return {
        filtered,
        ...head.news,
        pack: closable(sideBandData(head.packets, peer, new ServerWords()), packets),
      };
    } catch (error) {
      await packets.return();
      throw request.since === undefined ? error : maybeTooLate(error, request.since);
    }
  }

  async #uploadPack(signal: AbortSignal | undefined): Promise<Advertisement> {
    if (this.#known !== undefined) return this.#known;
    const answer = await this.#advertisement('git-upload-pack', signal);
    if (answer.version === 2) this.#known = answer;
    return answer;
  }

  async #advertisement(service: Service, signal: AbortSignal | undefined): Promise<Advertisement> {
    const answer = await this.#endpoint.advertisement(service, signal);
    return readAdvertisement(this.#packets(answer, this.#listLimit), this.#endpoint);
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

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {}

/** Git answers nothing at all where it finds no commit after the date; a cut connection can look the same. */
function maybeTooLate(error: unknown, since: number): unknown {
  if (!(error instanceof Failure) || error.code !== 'bad-answer') return error;
  const { message, host, retryable } = error;
  const words = `${message}; git servers do so where no commit is newer than ${new Date(since).toISOString()}`;
  return new Failure('bad-answer', words, {
    ...(host === undefined ? {} : { host }),
    retryable,
    cause: error,
  });
}

/** A generator that was never started does not run its `finally`: whoever returns early must still free the connection. */
function closable(
  data: AsyncGenerator<Uint8Array, void, undefined>,
  packets: AsyncGenerator<Packet, void, undefined>,
): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => data.next(),
      async return() {
        await data.return();
        await packets.return();
        return { value: undefined, done: true };
      },
    }),
  };
}
