import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createEmbeddedRegistry,
  type EmbeddedRegistry,
  type EmbeddedRegistryOptions,
} from './embedded-registry.ts';

export interface ServedRegistry {
  /** `127.0.0.1:port`, plain http. */
  readonly host: string;
  readonly registry: EmbeddedRegistry;
  close(): Promise<void>;
}

/** Serves an embedded registry on loopback. `port` 0 (default) takes a free one. */
export async function serveEmbeddedRegistry(
  options: EmbeddedRegistryOptions & { readonly port?: number } = {},
): Promise<ServedRegistry> {
  const registry = createEmbeddedRegistry(options);
  const server = createServer(registry.handler);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    registry,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
