import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect } from 'vitest';
import { openHttpTransport } from '../../src/git/http/http-transport.ts';
import type { ConfigRepository } from '../../src/git/repository.ts';
import { createHttpClient } from '../../src/net/undici-client.ts';
import { tellsHistoriesOfWrongDates } from '../git/engine/history-dates.ts';
import { Stage } from '../git/engine/remote-stage.ts';
import { git } from '../git/git.ts';
import { startGitServer, type GitServerOptions } from './git-server.ts';
import { describePeer } from './require.ts';

type Options = Omit<GitServerOptions, 'root'>;

describePeer('git', 'a history of wrong dates, from a server', () => {
  describe.each<[label: string, options: Options, dated: boolean]>([
    ['with filters', { config: { 'uploadpack.allowFilter': 'true' } }, false],
    ['without filters', {}, true],
    ['of protocol 0', { protocol: 0 }, true],
  ])('%s', (_, options, dated) => {
    tellsHistoriesOfWrongDates(async (use) => served(options, use), { dated });
  });
});

async function served(
  options: Options,
  use: (on: Stage, repository: ConfigRepository, asked: () => number) => Promise<void>,
): Promise<void> {
  await Stage.in(async (on) => {
    await mkdir(join(on.server, 'hooks'), { recursive: true });
    const server = await startGitServer({ root: dirname(on.server), ...options });
    const client = createHttpClient();
    const repository = on.openWith(openHttpTransport({ url: `${server.url}/server.git`, client }));
    try {
      await use(on, repository, () => server.requests.filter(({ method }) => method === 'POST').length);
      expect(git(on.server, 'fsck', '--strict')).toBe('');
    } finally {
      await repository.close();
      await client.close();
      await server.close();
    }
  });
}
