import { describe } from 'vitest';
import { openHttpTransport } from '../../src/git/http/http-transport.ts';
import { createHttpClient } from '../../src/net/undici-client.ts';
import { transportContract, type TransportPeer } from '../contracts/transport.ts';
import { startGitServer, type GitServerOptions } from './git-server.ts';
import { describePeer } from './require.ts';

describePeer('git', 'smart HTTP, against git http-backend', () => {
  // Wanting files by their ids is open to everybody in protocol version 2; version 0 has a setting for it.
  const anyObject = { 'uploadpack.allowAnySHA1InWant': 'true' };
  describe('that offers filters', () => {
    transportContract(start({ config: { 'uploadpack.allowFilter': 'true' } }), { filters: true });
  });
  describe('that offers none', () => {
    transportContract(start({}), { filters: false });
  });
  describe('that knows protocol version 0 only', () => {
    transportContract(start({ protocol: 0, config: { ...anyObject, 'uploadpack.allowFilter': 'true' } }), {
      filters: true,
    });
  });
});

/** Serves a folder behind basic authentication. */
function start(options: Omit<GitServerOptions, 'root'>): (root: string) => Promise<TransportPeer> {
  return async (root) => {
    const server = await startGitServer({ ...options, root, users: { bot: password } });
    const client = createHttpClient();
    return {
      open: (name) =>
        openHttpTransport({
          url: `${server.url}/${name}`,
          client,
          credentials: async () => ({ kind: 'basic', username: 'bot', password }),
        }),
      async close() {
        await client.close();
        await server.close();
      },
    };
  };
}

const password = 's3cret:with colon';
