import type { Digest } from '../../../src/image/digest.ts';
import type { Repository } from '../../../src/image/reference.ts';
import type { Tag } from '../../../src/image/tag.ts';
import type { ConfigRepository, FileChange } from '../../../src/git/repository.ts';
import type { ImageDetails } from '../../../src/registry/ports.ts';
import type { RunPorts } from '../../../src/run/ports.ts';
import { figure, round, type Bench, type Benchmark } from '../figures.ts';
import { imageOf, manifests, policyFiles, policyName, type Manifest } from '../generate/manifests.ts';
import { makeBareRepository } from '../generate/repository.ts';
import { built } from '../programs.ts';
import { median } from '../rounds.ts';

const sizes = [1250, 2500, 5000] as const;
const policies = 1000;
const passes = 15;

/**
 * E2: a pass of a running process over E1's tree after one policy's image got a new tag. Since the pass before, the branch moved by the release of
 * another policy. All of the run is measured, in one process and over a repository on disk: looking at the branch, its tree and its log, every election, the
 * edits, their proof and the plan; not the push.
 */
export const secondPass: Benchmark = {
  ids: ['E2'],
  work: `a second pass over ${sizes.at(-1)} manifests of which one policy's change`,
  run: async (bench) => {
    const measured: Measured[] = [];
    for (const files of sizes) {
      bench.say(`${files} manifests`);
      measured.push(await measure(files, bench));
    }
    const last = measured.at(-1);
    if (last === undefined) throw new Error('no size was measured');
    return [
      figure('E2', 'ms', median(last.moved), 50, {
        what: 'second pass, one policy changes',
        files: last.files,
        policies,
        filesRead: last.read,
        branchUnmoved: round(median(last.still)),
        growth: measured.map(({ files, moved, still, read }) => {
          return { files, ms: round(median(moved)), branchUnmoved: round(median(still)), filesRead: read };
        }),
      }),
    ];
  },
};

interface Measured {
  readonly files: number;
  /** Milliseconds of each pass: where the branch moved by one release since the last one, and where it did not. */
  readonly moved: readonly number[];
  readonly still: readonly number[];
  /** The most files that one pass read. */
  readonly read: number;
}

async function measure(files: number, { folder, seed }: Bench): Promise<Measured> {
  const all = manifests(files, policies, seed);
  const repository = await makeRepository(folder, `pass-${files}.git`, all);
  const registry = new Tags();
  const { runRepository, RunMemory } = await built<typeof import('../../../src/run/run.ts')>('run/run');
  const { plainSettings } =
    await built<typeof import('../../../src/cli/run-settings.ts')>('cli/run-settings');
  const { openMemoryState } = await built<typeof import('../../../src/state/memory.ts')>('state/memory');
  const memory = new RunMemory();
  const read = countFiles(repository);
  const ports = { ...registry.ports(), repository, state: openMemoryState(), ...clock };
  const pass = async (policy: string | undefined): Promise<number> => {
    read.take();
    const start = performance.now();
    const result = await runRepository(ports, plainSettings, memory, { dryRun: true });
    const ms = performance.now() - start;
    if (result.outcome === 'failed') throw result.failure;
    const changed = result.plan.commits.flatMap(({ releases }) => releases.map(({ file }) => file));
    const expected = all.filter((manifest) => manifest.policy === policy).map(({ path }) => path);
    if (changed.toSorted().join() !== expected.toSorted().join())
      throw new Error(`a pass changed ${changed.length} files: ${JSON.stringify(result.plan.problems[0])}`);
    return ms;
  };
  const moved: number[] = [];
  const still: number[] = [];
  let most = 0;
  await pass(undefined);
  for (let turn = 0; turn < passes; turn++) {
    const policy = policyName(turn);
    const own = all.filter((manifest) => manifest.policy === policy);
    registry.push(imageOf(policy), '1.0.1');
    const ms = await pass(policy);
    const count = read.take();
    // The first two passes warm the code up.
    if (turn >= 2) moved.push(ms);
    if (turn >= 2) most = Math.max(most, count);
    still.push(await pass(policy));
    await release(repository, own, policy);
  }
  if (most > 4 * Math.ceil(files / policies)) throw new Error(`a pass read ${most} files`);
  await repository.close();
  return { files, moved, still, read: most };
}

const person = { name: 'Bench', email: 'bench@example.com' };
const clock = { now: Date.now, random: Math.random, sleep: async () => undefined, listen: () => undefined };

async function makeRepository(
  folder: string,
  name: string,
  all: readonly Manifest[],
): Promise<ConfigRepository> {
  const { openLocalRepository } = await built<typeof import('../../../src/git/local/local-repository.ts')>(
    'git/local/local-repository',
  );
  const texts = [
    ...all.map((manifest) => [manifest.path, manifest.text('1.0.0')] as const),
    ...policyFiles(policies),
  ];
  const files = new Map(texts.map(([file, text]) => [file, Buffer.from(text)]));
  const path = await makeBareRepository(folder, name, files);
  return openLocalRepository({
    name: 'bench',
    path,
    branch: 'main',
    author: person,
    committer: person,
    now: Date.now,
  });
}

/** What a release of this policy does to the branch. */
async function release(
  repository: ConfigRepository,
  files: readonly Manifest[],
  policy: string,
): Promise<void> {
  const changes: FileChange[] = files.map((manifest) => ({
    path: manifest.path,
    bytes: Buffer.from(manifest.text('1.0.1')),
  }));
  const base = await repository.sync();
  const published = await repository.publish(base, [{ changes, message: `release(${policy})\n` }]);
  if (published.kind !== 'pushed') throw new Error('the release was not taken');
}

/** Counts the files that are read of the branch's trees. */
function countFiles(repository: ConfigRepository): { take(): number } {
  let count = 0;
  const sync = repository.sync.bind(repository);
  const seen = new WeakSet();
  repository.sync = async (signal) => {
    const snapshot = await sync(signal);
    const { tree } = snapshot;
    if (seen.has(tree)) return snapshot;
    seen.add(tree);
    const read = tree.read.bind(tree);
    tree.read = (entries, visit, tooLarge) => {
      count += entries.length;
      return read(entries, visit, tooLarge);
    };
    return snapshot;
  };
  return {
    take: () => {
      const taken = count;
      count = 0;
      return taken;
    },
  };
}

/** A registry that answers at once. */
class Tags {
  readonly #newer = new Map<string, string>();

  push(image: string, tag: string): void {
    this.#newer.set(image, tag);
  }

  ports(): Pick<RunPorts, 'tags' | 'images'> {
    const list = (repository: Repository): Promise<readonly Tag[]> => {
      const newer = this.#newer.get(repository);
      return Promise.resolve([
        '0.9.0',
        '1.0.0',
        ...(newer === undefined ? [] : [newer]),
      ] as readonly string[] as readonly Tag[]);
    };
    const digest = `sha256:${'0'.repeat(64)}` as Digest;
    const inspect = (): Promise<ImageDetails> =>
      Promise.resolve({ digest, created: undefined, platforms: [], labels: {} });
    return { tags: { list }, images: { digest: () => Promise.resolve(digest), inspect } };
  }
}
