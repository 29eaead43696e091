import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { git } from '../../peers/git.ts';
import { BenchDaemon } from '../daemon.ts';
import { figure, round, type Bench, type Benchmark } from '../figures.ts';
import { policyName } from '../generate/manifests.ts';
import { makeRepository } from '../generate/repository.ts';
import { timeGit } from '../programs.ts';
import { interleave, type Timing } from '../rounds.ts';
import { startServer, type BenchServer } from '../servers/start.ts';

const sizes = [2500, 5000, 10_000] as const;
const policies = 100;
const tags = 100;
const releases = 20;

/**
 * L1: from the trigger to the release on the remote. One image of a hundred got a new tag; the running daemon lists all of them, elects, edits, signs and
 * pushes. There are no webhooks yet, so the trigger is the signal that starts a run as they will.
 */
export const latency: Benchmark = {
  ids: ['L1'],
  work: `from the trigger to the commit on the remote, ${sizes.at(-1)} files, against a fresh clone`,
  run: async (bench) => {
    const server = await startServer('git', bench.folder);
    try {
      const growth: Measured[] = [];
      for (const files of sizes) {
        bench.say(`${files} files`);
        growth.push(await measure(files, bench, server));
      }
      const last = growth.at(-1);
      if (last === undefined) throw new Error('no size was measured');
      return [
        figure('L1', 'ratio', last.ms.median / last.git.median, 1, {
          what: 'from the trigger to the commit',
          files: last.files,
          policies,
          ms: last.ms,
          baseline: { what: 'git clone --depth 1', ms: last.git },
          bareClone: last.bare,
          growth: growth.map(({ files, ms, git: native, bare }) => ({
            files,
            ms: ms.median,
            git: native.median,
            bare: bare.median,
            msPer1000: round((ms.median / files) * 1000),
          })),
        }),
      ];
    } finally {
      await server.close();
    }
  },
};

interface Measured {
  readonly files: number;
  readonly ms: Timing;
  readonly git: Timing;
  /** Without writing the files out. */
  readonly bare: Timing;
}

async function measure(files: number, { folder, seed }: Bench, server: BenchServer): Promise<Measured> {
  const registry = await startServer('registry', String(tags));
  const name = `latency-${files}.git`;
  const { path } = await makeRepository(folder, name, { files, policies, seed, host: registry.host });
  const home = join(folder, `daemon-${files}`);
  await mkdir(home);
  const url = `${server.url}/${name}`;
  const daemon = await BenchDaemon.start({ url, registry, folder: home });
  const clone = join(folder, 'fresh');
  const fresh = async (...more: readonly string[]): Promise<number> => {
    const ms = await timeGit(folder, ['clone', '--quiet', '--depth', '1', ...more, url, clone]);
    await rm(clone, { recursive: true });
    return ms;
  };
  let turn = 0;
  const { ours, bare } = await interleave(releases, {
    ours: async () => {
      const image = `acme/${policyName(++turn)}`;
      await fetch(`${registry.url}/bench/${image}/1.0.${turn}`, { method: 'PUT' });
      return untilMoved(path, () => daemon.trigger());
    },
    bare: () => fresh('--bare'),
  });
  // Apart, since writing so many files out takes long.
  const { native } = await interleave(3, { native: () => fresh() });
  await daemon.stop();
  await registry.close();
  const commits = Number(await git(path, ['rev-list', '--count', 'main']));
  if (commits !== turn + 1) throw new Error(`${name} has ${commits} commits, expected ${turn + 1}`);
  await git(path, ['fsck', '--strict']);
  return { files, ms: ours, git: native, bare };
}

/** Milliseconds until the branch of a bare repository is elsewhere. */
async function untilMoved(path: string, start: () => void): Promise<number> {
  const branch = (): Promise<string> => readFile(join(path, 'refs/heads/main'), 'utf8').catch(() => '');
  const before = await branch();
  const from = performance.now();
  start();
  for (;;) {
    const now = await branch();
    if (now !== '' && now !== before) return performance.now() - from;
    if (performance.now() - from > 60_000) throw new Error('nothing was released within a minute');
    await setTimeout(2);
  }
}
