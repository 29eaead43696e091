import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { BenchDaemon } from '../daemon.ts';
import { figure, round, type Bench, type Benchmark } from '../figures.ts';
import { makeRepository } from '../generate/repository.ts';
import { startServer, type BenchServer } from '../servers/start.ts';

const sizes = [
  { files: 2500, policies: 250 },
  { files: 5000, policies: 500 },
  { files: 10_000, policies: 1000 },
] as const;
const tags = 100;
const runs = 10;
/** Every image is listed so often. */
const minute = 60_000;
const idleMilliseconds = 15_000;

/**
 * M1: what a daemon costs in which nothing changes. The runs that come each minute follow one another here: what one of them takes of the processor, with
 * all threads, and what an idle daemon takes, make the share of a minute.
 */
export const resident: Benchmark = {
  ids: ['M1'],
  work: `a daemon with ${sizes.at(-1)?.policies} policies and images, and nothing to do`,
  run: async (bench) => {
    const server = await startServer('git', bench.folder);
    const registry = await startServer('registry', String(tags));
    try {
      const growth: Measured[] = [];
      for (const size of sizes) {
        bench.say(`${size.files} files, ${size.policies} policies`);
        growth.push(await measure(size, bench, server, registry));
      }
      return figuresOf(growth);
    } finally {
      await server.close();
      await registry.close();
    }
  },
};

interface Measured {
  readonly files: number;
  readonly policies: number;
  /** MB. */
  readonly resident: number;
  readonly peak: number;
  /** Milliseconds of processor time: of one run, and of a second without one. */
  readonly run: number;
  readonly idle: number;
}

async function measure(
  size: (typeof sizes)[number],
  { folder, seed }: Bench,
  server: BenchServer,
  registry: BenchServer,
): Promise<Measured> {
  const name = `resident-${size.files}.git`;
  await makeRepository(folder, name, { ...size, seed, host: registry.host });
  const home = join(folder, `resident-${size.files}`);
  await mkdir(home);
  const daemon = await BenchDaemon.start({ url: `${server.url}/${name}`, registry, folder: home });
  await daemon.run();
  const start = await daemon.cpu();
  for (let turn = 0; turn < runs; turn++) await daemon.run();
  const afterRuns = await daemon.cpu();
  await setTimeout(idleMilliseconds);
  const idle = ((await daemon.cpu()) - afterRuns) / (idleMilliseconds / 1000);
  const { now, peak } = await daemon.memory();
  await daemon.stop();
  return { ...size, resident: now, peak, run: (afterRuns - start) / runs, idle };
}

function figuresOf(growth: readonly Measured[]) {
  const last = growth.at(-1);
  if (last === undefined) throw new Error('no size was measured');
  const share = ({ run, idle }: Measured): number => (run + idle * (minute / 1000)) / minute;
  const common = { files: last.files, policies: last.policies, images: last.policies, tags };
  return [
    figure('M1', 'MB', last.peak, 200, {
      what: 'resident memory of the daemon, the most of all runs',
      ...common,
      afterwards: round(last.resident),
      growth: growth.map(({ files, policies, peak, resident: now }) => {
        return { files, policies, peak: round(peak), afterwards: round(now) };
      }),
    }),
    figure('M1', 'ratio', share(last), 0.02, {
      what: 'share of one core, where every image is listed each minute',
      ...common,
      runMs: round(last.run),
      idleMsPerSecond: round(last.idle),
      growth: growth.map((one) => {
        const { files, policies, run } = one;
        return { files, policies, runMs: round(run), share: round(share(one)) };
      }),
    }),
  ];
}
