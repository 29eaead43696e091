import { pipeline, type Duplex, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Dispatcher } from 'undici';
import { Failure } from '../core/failure.ts';
import type { HttpRequest, HttpResponse } from './client.ts';
import { endless, requestFailure, tooLarge } from './failures.ts';
import type { Awaited, Patience } from './patience.ts';

/** The answer of undici behind our port: bounded after decompression, errors in words. */
export class UndiciResponse implements HttpResponse, Awaited {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly #url: URL;
  readonly #body: Dispatcher.ResponseData['body'];
  readonly #signal: AbortSignal | undefined;
  readonly #readTimeout: number;
  readonly #patience: Patience;
  /** Of the body; set when it is read. */
  until = Infinity;

  constructor(
    answer: Dispatcher.ResponseData,
    url: URL,
    { signal, readTimeout = 300_000 }: Pick<HttpRequest, 'signal' | 'readTimeout'>,
    patience: Patience,
  ) {
    this.status = answer.statusCode;
    this.headers = joined(answer.headers);
    this.#url = url;
    this.#body = answer.body;
    this.#signal = signal;
    this.#readTimeout = readTimeout;
    this.#patience = patience;
    // A body that fails or is destroyed while nobody reads it must not end the process; readers get the error as well.
    answer.body.on('error', () => undefined);
  }

  get url(): string {
    return this.#url.href;
  }

  async *body(limit: number): AsyncGenerator<Uint8Array> {
    this.#begin(this.#readTimeout);
    let total = 0;
    try {
      for await (const chunk of this.#source(limit) as AsyncIterable<Uint8Array>) {
        total += chunk.byteLength;
        if (total > limit) throw tooLarge(this.#url.host, limit);
        yield chunk;
      }
    } catch (error) {
      throw requestFailure(error, this.#url.host, this.#signal);
    } finally {
      this.#patience.end(this);
      this.#body.destroy();
    }
  }

  bytes(limit: number): Promise<Uint8Array> {
    return this.#isDeclared(limit) ? this.#inTime(this.#body.bytes()) : this.#gathered(limit);
  }

  text(limit: number): Promise<string> {
    return this.#isDeclared(limit) ? this.#inTime(this.#body.text()) : this.#decoded(limit);
  }

  async #gathered(limit: number): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.body(limit)) chunks.push(chunk);
    return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
  }

  async #decoded(limit: number): Promise<string> {
    return new TextDecoder().decode(await this.#gathered(limit));
  }

  async #inTime<Value>(reading: Promise<Value>): Promise<Value> {
    this.#begin(this.#readTimeout);
    try {
      return await reading;
    } catch (error) {
      throw requestFailure(error, this.#url.host, this.#signal);
    } finally {
      this.#patience.end(this);
    }
  }

  #begin(milliseconds: number): void {
    this.until = performance.now() + milliseconds;
    this.#patience.begin(this);
  }

  /** For `Patience`. */
  giveUp(): void {
    this.#body.destroy(endless(this.#url.host, this.#readTimeout));
  }

  async discard(): Promise<void> {
    this.#begin(Math.min(this.#readTimeout, longestDiscard));
    try {
      await this.#body.dump({ limit: 65_536 });
    } catch {
      // The answer is not wanted, so how it ends does not matter; the connection is closed by undici.
    } finally {
      this.#patience.end(this);
    }
  }

  /** Whether the answer cannot be over the limit: its parser takes no more bytes than the answer's head declares. */
  #isDeclared(limit: number): boolean {
    const length = this.headers['content-length'];
    return length !== undefined && Number(length) <= limit && this.headers['content-encoding'] === undefined;
  }

  #source(limit: number): Readable {
    const codings = (this.headers['content-encoding'] ?? '')
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== '' && name !== 'identity');
    if (codings.length === 0) {
      if (Number(this.headers['content-length'] ?? 0) > limit) throw tooLarge(this.#url.host, limit);
      return this.#body;
    }
    if (codings.length > mostCodings) {
      throw new Failure(
        'bad-answer',
        `${this.#url.host} compressed its answer more than ${mostCodings} times`,
        {
          host: this.#url.host,
        },
      );
    }
    // RFC 9110, 8.4: codings stand in the order in which they were applied.
    const stages = codings.reverse().map((name) => this.#decoder(name));
    return pipeline([this.#body, ...stages], () => undefined) as unknown as Readable;
  }

  #decoder(name: string): Duplex {
    if (name === 'gzip' || name === 'x-gzip') return createGunzip();
    if (name === 'deflate') return createInflate();
    if (name === 'br') return createBrotliDecompress();
    throw new Failure('bad-answer', `${this.#url.host} compressed its answer in an unknown way`, {
      host: this.#url.host,
    });
  }
}

const mostCodings = 2;
/** A new connection costs less than to wait on. */
const longestDiscard = 5000;

function joined(headers: Dispatcher.ResponseData['headers']): Readonly<Record<string, string>> {
  if (areSingle(headers)) return headers;
  const all: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) all[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return all;
}

/** Whether each header came once, as they usually do. */
function areSingle(headers: Dispatcher.ResponseData['headers']): headers is Record<string, string> {
  for (const name in headers) if (typeof headers[name] !== 'string') return false;
  return true;
}
