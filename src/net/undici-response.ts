import { pipeline, type Duplex, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Dispatcher } from 'undici';
import { Failure } from '../core/failure.ts';
import type { HttpResponse } from './client.ts';
import { requestFailure, tooLarge } from './failures.ts';

/** The answer of undici behind our port: bounded after decompression, errors in words. */
export class UndiciResponse implements HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly url: string;
  readonly #body: Dispatcher.ResponseData['body'];
  readonly #host: string;
  readonly #signal: AbortSignal | undefined;

  constructor(answer: Dispatcher.ResponseData, url: URL, signal: AbortSignal | undefined) {
    this.status = answer.statusCode;
    this.headers = joined(answer.headers);
    this.url = url.href;
    this.#body = answer.body;
    this.#host = url.host;
    this.#signal = signal;
    // A body that fails or is destroyed while nobody reads it must not end the process; readers get the error as well.
    answer.body.on('error', () => undefined);
  }

  async *body(limit: number): AsyncGenerator<Uint8Array> {
    let total = 0;
    try {
      for await (const chunk of this.#source(limit) as AsyncIterable<Uint8Array>) {
        total += chunk.byteLength;
        if (total > limit) throw tooLarge(this.#host, limit);
        yield chunk;
      }
    } catch (error) {
      throw requestFailure(error, this.#host, this.#signal);
    } finally {
      this.#body.destroy();
    }
  }

  async bytes(limit: number): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.body(limit)) chunks.push(chunk);
    return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
  }

  async text(limit: number): Promise<string> {
    return new TextDecoder().decode(await this.bytes(limit));
  }

  async discard(): Promise<void> {
    try {
      await this.#body.dump({ limit: 65_536 });
    } catch {
      // The answer is not wanted, so how it ends does not matter; the connection is closed by undici.
    }
  }

  #source(limit: number): Readable {
    const codings = (this.headers['content-encoding'] ?? '')
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== '' && name !== 'identity');
    if (codings.length === 0) {
      if (Number(this.headers['content-length'] ?? 0) > limit) throw tooLarge(this.#host, limit);
      return this.#body;
    }
    if (codings.length > mostCodings) {
      throw new Failure('bad-answer', `${this.#host} compressed its answer more than ${mostCodings} times`, {
        host: this.#host,
      });
    }
    // RFC 9110, 8.4: codings stand in the order in which they were applied.
    const stages = codings.reverse().map((name) => this.#decoder(name));
    return pipeline([this.#body, ...stages], () => undefined) as unknown as Readable;
  }

  #decoder(name: string): Duplex {
    if (name === 'gzip' || name === 'x-gzip') return createGunzip();
    if (name === 'deflate') return createInflate();
    if (name === 'br') return createBrotliDecompress();
    throw new Failure('bad-answer', `${this.#host} compressed its answer in an unknown way`, {
      host: this.#host,
    });
  }
}

const mostCodings = 2;

function joined(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  const all: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) all[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return all;
}
