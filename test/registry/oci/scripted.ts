import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect } from 'vitest';
import { createHttpClient } from '../../../src/net/undici-client.ts';
import { createOciRegistry, type OciRegistryOptions } from '../../../src/registry/oci/oci-registry.ts';
import type { RegistryCredentials } from '../../../src/registry/ports.ts';
import { repositoryOf } from '../../contracts/registry.ts';
import { accounted } from '../../net/accounted.ts';
import { startServer, type TestServer } from '../../net/server.ts';

export type Handler = (req: IncomingMessage, res: ServerResponse, url: URL) => void;

export interface Scripted {
  readonly server: TestServer;
  /** Method and address of each request, in order. */
  readonly seen: string[];
  /** `authorization` of each request. */
  readonly authorizations: (string | undefined)[];
  on(handler: Handler): void;
  /** The client under test, with this registry as a plain http host. */
  registry(
    credentials?: RegistryCredentials,
    options?: Partial<OciRegistryOptions>,
  ): ReturnType<typeof createOciRegistry>;
  readonly repository: ReturnType<typeof repositoryOf>;
  close(): Promise<void>;
}

/** A registry that answers as the test says: for faults that no real one shows on demand. */
export async function startScripted(): Promise<Scripted> {
  let handle: Handler = notScripted;
  const seen: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const server = await startServer((req, res) => {
    seen.push(`${req.method ?? ''} ${req.url ?? ''}`);
    authorizations.push(req.headers.authorization);
    handle(req, res, new URL(req.url ?? '/', 'http://registry.invalid'));
  });
  const { client, unread } = accounted(createHttpClient());
  return {
    server,
    seen,
    authorizations,
    on: (handler) => (handle = handler),
    registry: (credentials, options = {}) =>
      createOciRegistry({
        client: {
          request: (request) => client.request({ ...request, headTimeout: 300, bodyTimeout: 300 }),
          close: async () => undefined,
        },
        credentials: { credentials: async () => credentials },
        insecureHosts: new Set([server.host]),
        now: Date.now,
        ...options,
      }),
    repository: repositoryOf(`${server.host}/acme/web`),
    close: async () => {
      await client.close();
      await server.close();
      expect(unread()).toEqual([]);
    },
  };
}

export function sendJson(res: ServerResponse, value: unknown, headers: Record<string, string> = {}): void {
  res.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
}

const notScripted: Handler = (_, res) => {
  res.writeHead(500).end();
};
