import type { Repository } from '../../../src/image/reference.ts';
import { figure, round, type Benchmark } from '../figures.ts';
import { built } from '../programs.ts';
import { interleave, median, type Timing } from '../rounds.ts';
import { startServer, type BenchServer } from '../servers/start.ts';

const sizes = [250, 500, 1000] as const;
const tags = 100;
const concurrency = 16;
/** Of some 30 ms each: fewer gave a figure that no second run repeated. */
const rounds = 41;

/** S1: all tags of 1,000 repositories, by the registry adapter as `run` wires it, and by bare undici. */
export const listing: Benchmark = {
  ids: ['S1'],
  work: `the tags of ${sizes.at(-1)} repositories (${tags} each), against bare undici`,
  run: async ({ say }) => {
    const server = await startServer('registry', String(tags));
    try {
      const growth: Measured[] = [];
      for (const repositories of sizes) {
        say(`${repositories} repositories`);
        const names = Array.from({ length: repositories }, (_, index) => `acme/service-${index}`);
        const ours = await openOurs(server, names);
        const bare = await openBare(server, names);
        const unordered = await openOurs(
          server,
          names.map((name) => `unordered/${name}`),
        );
        const cpu: Record<Side, number[]> = { tallyman: [], undici: [], unordered: [] };
        const times = await interleave(rounds, {
          tallyman: counted(ours.run, cpu.tallyman),
          undici: counted(bare.run, cpu.undici),
          unordered: counted(unordered.run, cpu.unordered),
        });
        for (const lister of [ours, bare, unordered]) await lister.close();
        growth.push({ repositories, times, cpu });
      }
      const last = growth.at(-1);
      if (last === undefined) throw new Error('no size was measured');
      const detail = {
        what: 'list tags',
        concurrency,
        tags,
        ms: last.times.tallyman,
        baseline: { what: 'undici', ms: last.times.undici },
        cpu: cpuOf(last.cpu),
        unordered: { what: 'tags in no order', ms: last.times.unordered },
      };
      return [
        figure('S1', 'ratio', last.times.tallyman.median / last.times.undici.median, 1.3, {
          ...detail,
          growth: growth.map(perRepository),
        }),
      ];
    } finally {
      await server.close();
    }
  },
};

type Side = 'tallyman' | 'undici' | 'unordered';

interface Measured {
  readonly repositories: number;
  readonly times: Readonly<Record<Side, Timing>>;
  /** Milliseconds of the processor, all threads of this process, by round. */
  readonly cpu: Readonly<Record<Side, readonly number[]>>;
}

function perRepository({ repositories, times: { tallyman, undici } }: Measured): object {
  const msEach = round(tallyman.median / repositories);
  return { repositories, ms: tallyman.median, undici: undici.median, msEach };
}

/** Medians, and by how much ours is above bare undici: what a busy machine changes least. */
function cpuOf(cpu: Measured['cpu']): object {
  const [tallyman, undici, unordered] = [cpu.tallyman, cpu.undici, cpu.unordered].map((all) =>
    median(all.slice(1)),
  );
  const ratio = (tallyman ?? NaN) / (undici ?? NaN);
  return { tallyman, undici, unordered, ratio: round(ratio) };
}

/** The same step; what it takes of the processor is noted. */
function counted(run: () => Promise<void>, into: number[]): () => Promise<void> {
  return async () => {
    const start = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(start);
    into.push((user + system) / 1000);
  };
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
