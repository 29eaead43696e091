import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A file of the tests' own authority. */
export function pem(name: string): string {
  return readFileSync(new URL(`tls/${name}`, import.meta.url), 'utf8');
}

export interface TlsServer {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  close(): Promise<unknown>;
}

/** An https server on loopback. */
export async function startTlsServer(options: ServerOptions, answer: RequestListener): Promise<TlsServer> {
  const server = createServer(options, answer);
  // A client that gives up on the certificate leaves an error behind here.
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
