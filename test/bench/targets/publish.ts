import { join } from 'node:path';
import type { ConfigRepository, FileChange } from '../../../src/git/repository.ts';
import { git, gitBytes } from '../../peers/git.ts';
import { figure, round, type Bench, type Benchmark } from '../figures.ts';
import { firstTag, makeRepository, type BenchRepository } from '../generate/repository.ts';
import { interleave, type Timing } from '../rounds.ts';
import { startServer, type BenchServer } from '../servers/start.ts';
import { openKept } from './kept.ts';

const sizes = [2500, 5000, 10_000] as const;
const host = 'registry.example.com';

/** G2: one changed file is committed and pushed over smart HTTP, from a kept clone. */
export const publishing: Benchmark = {
  ids: ['G2'],
  work: `commit and push one changed file of ${sizes.at(-1)}, against native git`,
  run: async (bench) => {
    const server = await startServer('git', bench.folder);
    try {
      const growth: { files: number; ms: Timing; git: Timing }[] = [];
      for (const files of sizes) {
        bench.say(`${files} files`);
        growth.push({ files, ...(await measure(files, bench, server)) });
      }
      const last = growth.at(-1);
      if (last === undefined) throw new Error('no size was measured');
      return [
        figure('G2', 'ratio', last.ms.median / last.git.median, 2, {
          what: 'commit and push one file',
          files: last.files,
          ms: last.ms,
          baseline: { what: 'native git, kept bare clone and index', ms: last.git },
          growth: growth.map(({ files, ms, git: native }) => ({
            files,
            ms: ms.median,
            git: native.median,
            msPer1000: round((ms.median / files) * 1000),
          })),
        }),
      ];
    } finally {
      await server.close();
    }
  },
};

async function measure(
  files: number,
  { folder, seed }: Bench,
  server: BenchServer,
): Promise<{ ms: Timing; git: Timing }> {
  const size = { files, policies: 100, seed, host };
  const forUs = await makeRepository(folder, `ours-${files}.git`, size);
  const forGit = await makeRepository(folder, `native-${files}.git`, size);
  const repository = await openKept(`${server.url}/ours-${files}.git`, join(folder, `kept-${files}`));
  const native = await openNative(`${server.url}/native-${files}.git`, folder, files);
  let turn = 0;
  const { ours, theirs } = await interleave(7, {
    ours: () => publishOne(repository, forUs, ++turn),
    theirs: () => native(forGit, turn),
  });
  await repository.close();
  await expectPushes(forUs, 8);
  await expectPushes(forGit, 8);
  return { ms: ours, git: theirs };
}

/** The one file of this round, with another tag. */
async function change(repository: BenchRepository, turn: number): Promise<FileChange> {
  const path = repository.marked[turn % repository.marked.length] ?? '';
  const bytes = await gitBytes(repository.path, ['cat-file', 'blob', `main:${path}`]);
  return { path, bytes: Buffer.from(bytes.toString('utf8').replace(`:${firstTag}`, `:1.0.${turn}`)) };
}

/** Milliseconds of the publication alone: the look at the branch is another target's. */
async function publishOne(
  repository: ConfigRepository,
  bench: BenchRepository,
  turn: number,
): Promise<number> {
  const changed = await change(bench, turn);
  const base = await repository.sync();
  const start = performance.now();
  const publication = await repository.publish(base, [{ changes: [changed], message: `release ${turn}\n` }]);
  const ms = performance.now() - start;
  if (publication.kind !== 'pushed') throw new Error(`the push was ${publication.kind}`);
  return ms;
}

/** Native git as a careful script would use it: a kept bare clone and a kept index, so that no tree is read twice. */
async function openNative(
  url: string,
  folder: string,
  files: number,
): Promise<(repository: BenchRepository, turn: number) => Promise<number>> {
  const clone = join(folder, `clone-${files}.git`);
  await git(folder, ['clone', '--quiet', '--bare', url, clone]);
  const options = { env: { GIT_INDEX_FILE: join(clone, 'kept-index') } };
  await git(clone, ['read-tree', 'main'], options);
  return async (repository, turn) => {
    const changed = await change(repository, turn);
    const input = Buffer.from(changed.bytes);
    const start = performance.now();
    const blob = await git(clone, ['hash-object', '-w', '--stdin'], { input });
    await git(clone, ['update-index', '--cacheinfo', `100644,${blob},${changed.path}`], options);
    const tree = await git(clone, ['write-tree'], options);
    const commit = await git(clone, ['commit-tree', tree, '-p', 'main', '-m', `release ${turn}`]);
    await git(clone, ['update-ref', 'refs/heads/main', commit]);
    await git(clone, ['push', '--quiet', url, 'main']);
    return performance.now() - start;
  };
}

async function expectPushes({ path }: BenchRepository, pushes: number): Promise<void> {
  const commits = Number(await git(path, ['rev-list', '--count', 'main']));
  if (commits !== pushes + 1) throw new Error(`${path} has ${commits} commits, expected ${pushes + 1}`);
  await git(path, ['fsck', '--strict']);
}
