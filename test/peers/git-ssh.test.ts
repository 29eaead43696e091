import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from 'vitest';
import { openSshTransport } from '../../src/git/ssh/ssh-transport.ts';
import type { Transport } from '../../src/git/transport.ts';
import { transportContract, type TransportPeer } from '../contracts/transport.ts';
import { runGit } from '../git/ssh/git-exec.ts';
import { reaching, startSshServer } from '../git/ssh/ssh-server.ts';
import { describePeer } from './require.ts';
import { startSshd, type SshdOptions } from './sshd.ts';

describePeer(['git', 'sshd', 'ssh-keygen'], 'ssh, against sshd and git-shell', () => {
  const anyObject = { 'uploadpack.allowAnySHA1InWant': 'true' };
  describe('that offers filters', () => {
    transportContract(start({ config: { 'uploadpack.allowFilter': 'true' } }), { filters: true });
  });
  describe('that knows protocol version 0 only', () => {
    transportContract(start({ protocol: 0, config: { ...anyObject, 'uploadpack.allowFilter': 'true' } }), {
      filters: true,
    });
  });
});

describePeer('git', 'ssh, against a server of the library, which runs git', () => {
  transportContract(
    async (root) => {
      const server = await startSshServer({ run: runGit(root, { 'uploadpack.allowFilter': 'true' }) });
      const opened: Transport[] = [];
      return {
        open(name) {
          const transport = openSshTransport(reaching(server, `/${name}`));
          opened.push(transport);
          return transport;
        },
        async close() {
          for (const transport of opened) await transport.close();
          await server.close();
        },
      };
    },
    { filters: true },
  );
});

function start(options: SshdOptions): (root: string) => Promise<TransportPeer> {
  return async (root) => {
    const server = await startSshd(options);
    const privateKey = await readFile(server.clientKey, 'utf8');
    const opened: Transport[] = [];
    return {
      open(name) {
        const transport = openSshTransport({
          address: '127.0.0.1',
          port: server.port,
          username: server.username,
          path: join(root, name),
          login: async () => ({ kind: 'key', privateKey, source: 'the ssh key' }),
          knownHosts: async () => ({ text: server.knownHosts, source: 'the test' }),
        });
        opened.push(transport);
        return transport;
      },
      async close() {
        for (const transport of opened) await transport.close();
        await server.close();
      },
    };
  };
}
