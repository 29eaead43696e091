import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, expect } from 'vitest';
import { openHttpTransport, type HttpTransportOptions } from '../../../src/git/http/http-transport.ts';
import type { Transport } from '../../../src/git/transport.ts';
import { createHttpClient } from '../../../src/net/undici-client.ts';
import type { CommitId } from '../../../src/release/log.ts';
import { accounted } from '../../net/accounted.ts';
import { startServer, type TestServer } from '../../net/server.ts';
import { wire } from '../wire/wire.ts';

export const id = '1'.repeat(40) as CommitId;
export const main = 'refs/heads/main';
export const advertisement = wire('version 2\n', 'ls-refs\n', 'fetch=shallow\n', null);
export const listing = wire(`${id} ${main}\n`, null);
export const advertisementType = 'application/x-git-upload-pack-advertisement';
export const resultType = 'application/x-git-upload-pack-result';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export interface Canned {
  readonly transport: Transport;
  readonly server: TestServer;
  readonly seen: IncomingMessage[];
}

/** Starts servers with made-up answers and transports to them; all end with the test. Call it within `describe` or a file. */
export function cannedServers(): (
  handler: Handler,
  options?: Partial<HttpTransportOptions>,
) => Promise<Canned> {
  const cleanups: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const clean of cleanups.splice(0).reverse()) await clean();
  });
  return async (handler, options = {}) => {
    const seen: IncomingMessage[] = [];
    const server = await startServer((request, response) => {
      seen.push(request);
      request.resume();
      handler(request, response);
    });
    const { client, unread } = accounted(createHttpClient());
    cleanups.push(
      async () => expect(unread()).toEqual([]),
      () => server.close(),
      () => client.close(),
    );
    const transport = openHttpTransport({ url: `${server.url}/fleet.git`, client, ...options });
    return { transport, server, seen };
  };
}

export function sends(
  status: number,
  type: string,
  body: string | Uint8Array = '',
  headers: Readonly<Record<string, string>> = {},
): Handler {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': type, ...headers }).end(body);
  };
}

/** A server that speaks version 2, with this answer to what is posted. */
export function speaks(post: Handler): Handler {
  return (request, response) => {
    if (request.method === 'GET') sends(200, advertisementType, advertisement)(request, response);
    else post(request, response);
  };
}
