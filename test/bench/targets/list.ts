import type { Repository } from '../../../src/image/reference.ts';
import { figure, round, type Benchmark } from '../figures.ts';
import { built } from '../programs.ts';
import { interleave, type Timing } from '../rounds.ts';
import { startServer, type BenchServer } from '../servers/start.ts';

const sizes = [250, 500, 1000] as const;
const tags = 100;
const concurrency = 16;

/** S1: all tags of 1,000 repositories, by the registry adapter as `run` wires it, and by bare undici. */
export const listing: Benchmark = {
  ids: ['S1'],
  work: `the tags of ${sizes.at(-1)} repositories (${tags} each), against bare undici`,
  run: async ({ say }) => {
    const server = await startServer('registry', String(tags));
    try {
      const growth: { repositories: number; ms: Timing; undici: Timing }[] = [];
      for (const repositories of sizes) {
        say(`${repositories} repositories`);
        const names = Array.from({ length: repositories }, (_, index) => `acme/service-${index}`);
        const ours = await openOurs(server, names);
        const bare = await openBare(server, names);
        const { tallyman, undici } = await interleave(9, { tallyman: ours.run, undici: bare.run });
        await ours.close();
        await bare.close();
        growth.push({ repositories, ms: tallyman, undici });
      }
      const last = growth.at(-1);
      if (last === undefined) throw new Error('no size was measured');
      const detail = {
        what: 'list tags',
        concurrency,
        tags,
        ms: last.ms,
        baseline: { what: 'undici', ms: last.undici },
      };
      return [
        figure('S1', 'ratio', last.ms.median / last.undici.median, 1.3, {
          ...detail,
          growth: growth.map(perRepository),
        }),
      ];
    } finally {
      await server.close();
    }
  },
};

function perRepository({
  repositories,
  ms,
  undici,
}: {
  repositories: number;
  ms: Timing;
  undici: Timing;
}): object {
  return { repositories, ms: ms.median, undici: undici.median, msEach: round(ms.median / repositories) };
}

interface Lister {
  readonly run: () => Promise<void>;
  readonly close: () => Promise<void>;
}

async function openOurs(server: BenchServer, names: readonly string[]): Promise<Lister> {
  const { createOciRegistry } =
    await built<typeof import('../../../src/registry/oci/oci-registry.ts')>('registry/oci/oci-registry');
  const { createHttpClient } =
    await built<typeof import('../../../src/net/undici-client.ts')>('net/undici-client');
  const { withHostLimit } = await built<typeof import('../../../src/net/limit.ts')>('net/limit');
  const { withRetry } = await built<typeof import('../../../src/net/retry.ts')>('net/retry');
  const client = withRetry(withHostLimit(createHttpClient({ connections: concurrency }), { concurrency }));
  const registry = createOciRegistry({
    client,
    credentials: { credentials: async () => undefined },
    insecureHosts: new Set([server.host]),
    now: Date.now,
  });
  const repositories = names.map((name) => `${server.host}/${name}` as Repository);
  return {
    run: async () => {
      const lists = await Promise.all(repositories.map((repository) => registry.list(repository)));
      expectAll(lists);
    },
    close: () => client.close(),
  };
}

async function openBare(server: BenchServer, names: readonly string[]): Promise<Lister> {
  const { Agent, request } = await import('undici');
  const dispatcher = new Agent({ connections: concurrency });
  const list = async (name: string): Promise<readonly string[]> => {
    const { body } = await request(`${server.url}/v2/${name}/tags/list`, { dispatcher });
    return ((await body.json()) as { tags: readonly string[] }).tags;
  };
  return {
    run: async () => {
      expectAll(await Promise.all(names.map(list)));
    },
    close: () => dispatcher.close(),
  };
}

function expectAll(lists: readonly (readonly string[])[]): void {
  const wrong = lists.filter((list) => list.length !== tags).length;
  if (wrong > 0) throw new Error(`${wrong} lists do not have ${tags} tags`);
}
