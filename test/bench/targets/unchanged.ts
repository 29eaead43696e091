import { join } from 'node:path';
import type { TagLister } from '../../../src/registry/ports.ts';
import type { RunPorts } from '../../../src/run/ports.ts';
import { figure, round, type Bench, type Benchmark } from '../figures.ts';
import { makeRepository } from '../generate/repository.ts';
import { built } from '../programs.ts';
import { median } from '../rounds.ts';
import { startServer, type BenchServer } from '../servers/start.ts';
import { countReads } from './file-reads.ts';
import { openKept } from './kept.ts';
import { NetworkClock } from './network-clock.ts';

const sizes = [
  { files: 2500, policies: 25 },
  { files: 5000, policies: 50 },
  { files: 10_000, policies: 100 },
] as const;
const tags = 100;
const runs = 15;

/** G3: a run in a running process in which neither the branch nor any tag list changed. */
export const unchanged: Benchmark = {
  ids: ['G3'],
  work: 'a run in which nothing changed',
  run: async (bench) => {
    const gitServer = await startServer('git', bench.folder);
    const registry = await startServer('registry', String(tags));
    try {
      const growth: Measured[] = [];
      for (const size of sizes) {
        bench.say(`${size.files} files, ${size.policies} policies`);
        growth.push(await measure(size, bench, gitServer, registry));
      }
      return figuresOf(growth);
    } finally {
      await gitServer.close();
      await registry.close();
    }
  },
};

interface Measured {
  readonly files: number;
  readonly policies: number;
  /** Milliseconds beside the network, of each run. */
  readonly own: readonly number[];
  readonly total: readonly number[];
  /** The most of any run. */
  readonly listings: number;
  readonly otherRequests: number;
  readonly reads: number;
}

async function measure(
  size: (typeof sizes)[number],
  { folder, seed }: Bench,
  gitServer: BenchServer,
  registry: BenchServer,
): Promise<Measured> {
  const name = `unchanged-${size.files}.git`;
  await makeRepository(folder, name, { ...size, seed, host: registry.host });
  const clock = new NetworkClock();
  const ports = await openPorts(`${gitServer.url}/${name}`, join(folder, `kept-${name}`), registry, clock);
  const { runRepository, RunMemory } = await built<typeof import('../../../src/run/run.ts')>('run/run');
  const { plainSettings } =
    await built<typeof import('../../../src/cli/run-settings.ts')>('cli/run-settings');
  const memory = new RunMemory();
  const run = async (): Promise<void> => {
    const result = await runRepository(ports, plainSettings, memory);
    if (result.outcome !== 'unchanged') throw new Error(`the run ended with ${result.outcome}`);
    const { problems, decisions } = {
      problems: result.plan.problems.length,
      decisions: result.plan.rulings.length,
    };
    if (problems > 0 || decisions !== size.policies)
      throw new Error(`${problems} problems, ${decisions} bindings`);
  };
  if ((await countReads(run)) === 0) throw new Error('the first run read no file: the count does not work');
  await run();
  const own: number[] = [];
  const total: number[] = [];
  let listings = 0;
  let otherRequests = 0;
  let reads = 0;
  for (let turn = 0; turn < runs; turn++) {
    await gitServer.takeRequests();
    clock.reset();
    const start = performance.now();
    const read = await countReads(run);
    total.push(performance.now() - start);
    own.push((total.at(-1) ?? 0) - clock.busy());
    reads = Math.max(reads, read);
    const requests = await gitServer.takeRequests();
    const listed = requests.filter((request) => request.includes('git-upload-pack')).length;
    listings = Math.max(listings, listed);
    otherRequests = Math.max(otherRequests, requests.length - listed);
  }
  await ports.repository.close();
  return { ...size, own, total, listings, otherRequests, reads };
}

async function openPorts(
  url: string,
  clone: string,
  registry: BenchServer,
  clock: NetworkClock,
): Promise<RunPorts> {
  const { createOciRegistry } =
    await built<typeof import('../../../src/registry/oci/oci-registry.ts')>('registry/oci/oci-registry');
  const { createHttpClient } =
    await built<typeof import('../../../src/net/undici-client.ts')>('net/undici-client');
  const { openMemoryState } = await built<typeof import('../../../src/state/memory.ts')>('state/memory');
  const client = createHttpClient();
  const oci = createOciRegistry({
    client,
    credentials: { credentials: async () => undefined },
    insecureHosts: new Set([registry.host]),
    now: Date.now,
  });
  const timed: TagLister = { list: (repository, signal) => clock.during(() => oci.list(repository, signal)) };
  const repository = await openKept(url, clone, (transport) => ({
    listRefs: (prefixes, signal) => clock.during(() => transport.listRefs(prefixes, signal)),
    fetch: (request, signal) => transport.fetch(request, signal),
    push: (request, signal) => transport.push(request, signal),
    close: () => transport.close(),
  }));
  return {
    repository: {
      ...repository,
      close: async () => Promise.all([repository.close(), client.close()]).then(() => undefined),
    },
    tags: timed,
    images: oci,
    state: openMemoryState(),
    now: Date.now,
    random: Math.random,
    sleep: async () => undefined,
    listen: () => undefined,
  };
}

function figuresOf(growth: readonly Measured[]) {
  const last = growth.at(-1);
  if (last === undefined) throw new Error('no size was measured');
  const common = { files: last.files, policies: last.policies, tags };
  return [
    figure('G3', 'count', last.listings + last.otherRequests, 1, {
      what: 'requests to the git server',
      ...common,
      growth: growth.map(({ files, listings, otherRequests }) => ({
        files,
        requests: listings + otherRequests,
      })),
    }),
    figure('G3', 'count', last.reads, 0, {
      what: 'file reads, objects included',
      ...common,
      growth: growth.map(({ files, reads }) => ({ files, reads })),
    }),
    figure('G3', 'ms', median(last.own), 20, {
      what: 'time beside the network',
      ...common,
      total: round(median(last.total)),
      growth: growth.map(({ files, policies, own, total }) => {
        return { files, policies, ms: round(median(own)), total: round(median(total)) };
      }),
    }),
  ];
}
