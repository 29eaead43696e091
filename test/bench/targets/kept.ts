import type { ConfigRepository } from '../../../src/git/repository.ts';
import type { Transport } from '../../../src/git/transport.ts';
import { built } from '../programs.ts';

/** The built git engine over smart HTTP with a kept clone in `directory`, wired as `run` wires it, without signing. */
export async function openKept(
  url: string,
  directory: string,
  watch: (transport: Transport) => Transport = (transport) => transport,
): Promise<ConfigRepository> {
  const { createHttpClient } =
    await built<typeof import('../../../src/net/undici-client.ts')>('net/undici-client');
  const { openHttpTransport } =
    await built<typeof import('../../../src/git/http/http-transport.ts')>('git/http/http-transport');
  const { openRemoteRepository } = await built<typeof import('../../../src/git/engine/remote-repository.ts')>(
    'git/engine/remote-repository',
  );
  const client = createHttpClient();
  const person = { name: 'Bench', email: 'bench@example.com' };
  const repository = openRemoteRepository({
    name: 'bench',
    branch: 'main',
    directory,
    transport: watch(openHttpTransport({ url, client })),
    author: person,
    committer: person,
    now: Date.now,
  });
  return {
    name: repository.name,
    sync: (signal) => repository.sync(signal),
    publish: (base, drafts, signal) => repository.publish(base, drafts, signal),
    close: async () => {
      await repository.close();
      await client.close();
    },
  };
}
