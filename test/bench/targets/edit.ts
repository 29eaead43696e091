import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { root } from '../../rules/files.ts';
import { figure, round, type Bench, type Benchmark, type Figure } from '../figures.ts';
import { manifests, policyFiles, type Manifest } from '../generate/manifests.ts';
import { peakOfTallyman, runNode, runTallyman } from '../programs.ts';
import { interleave, type Timing } from '../rounds.ts';

const sizes = [1250, 2500, 5000] as const;
const policies = 1000;

/** E1 and E1c: every marked image of a tree changes; with and without writing. */
export const editing: Benchmark = {
  ids: ['E1', 'E1c'],
  work: `edit over ${sizes.at(-1)} manifests, against reading and writing the same files`,
  run: async (bench) => {
    const measured: Measured[] = [];
    for (const files of sizes) {
      bench.say(`${files} manifests`);
      measured.push(await measureTree(join(bench.folder, String(files)), files, bench));
    }
    return figuresOf(measured, bench);
  },
};

interface Tree {
  readonly folder: string;
  readonly manifests: readonly Manifest[];
}

interface Measured {
  readonly files: number;
  readonly times: Readonly<Record<'write' | 'rewrite' | 'check' | 'read', Timing>>;
  readonly peak: number;
}

const tags = ['1.0.0', '1.0.1'] as const;

async function measureTree(folder: string, files: number, { seed }: Bench): Promise<Measured> {
  const tree = { folder, manifests: manifests(files, policies, seed) };
  await writeTree(tree);
  await proveRight(tree);
  // The tags take turns, so that each write changes every manifest.
  let turn = 0;
  const write = async (): Promise<number> => (await edit(tree, ++turn % 2, '--write')).ms;
  const peak = await peakOfTallyman(editArguments(tree, 1, '--write'), folder);
  turn++;
  const times = await interleave(5, {
    write,
    rewrite: async () => (await runNode([baseline, 'rewrite', join(folder, 'tree')])).ms,
    check: async () => (await edit(tree, (turn + 1) % 2)).ms,
    read: async () => (await runNode([baseline, 'read', join(folder, 'tree')])).ms,
  });
  return { files, times, peak };
}

const baseline = `${root}test/bench/baseline.mjs`;

async function writeTree({ folder, manifests: all }: Tree): Promise<void> {
  const texts = new Map(all.map((manifest) => [manifest.path, manifest.text(tags[0])]));
  for (const [path, text] of [...texts, ...policyFiles(policies)]) {
    const file = join(folder, 'tree', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  for (const tag of tags) {
    const images = Object.fromEntries(all.map(({ policy, image }) => [policy, `${image}:${tag}`]));
    await writeFile(join(folder, `images-${tag}.json`), JSON.stringify(images));
  }
}

function editArguments({ folder }: Tree, tag: number, ...more: readonly string[]): string[] {
  const images = join(folder, `images-${tags[tag] ?? tags[0]}.json`);
  return ['edit', '--dir', join(folder, 'tree'), '--images', images, '--output', 'json', ...more];
}

async function edit(
  tree: Tree,
  tag: number,
  ...more: readonly string[]
): Promise<{ ms: number; output: string }> {
  return runTallyman(editArguments(tree, tag, ...more));
}

/** A fast wrong answer is no figure: every file must be what it was, with the other tag; then it is put back. */
async function proveRight(tree: Tree): Promise<void> {
  for (const tag of [1, 0]) {
    const { output } = await edit(tree, tag, '--write');
    const answer = JSON.parse(output) as { edits: unknown[]; problems: unknown[] };
    if (answer.edits.length !== tree.manifests.length || answer.problems.length > 0) {
      throw new Error(`edit gave ${answer.edits.length} edits and ${answer.problems.length} problems`);
    }
    for (const manifest of tree.manifests) {
      const text = await readFile(join(tree.folder, 'tree', manifest.path), 'utf8');
      if (text !== manifest.text(tags[tag] ?? '')) throw new Error(`${manifest.path} is not as expected`);
    }
  }
}

function figuresOf(measured: readonly Measured[], { wants }: Bench): Figure[] {
  const last = measured.at(-1);
  if (last === undefined) return [];
  const { write, rewrite, check, read } = last.times;
  const common = { files: last.files, policies };
  const figures = [
    figure('E1', 'ratio', write.median / rewrite.median, 2, {
      what: 'edit --write',
      ...common,
      ms: write,
      baseline: { what: 'node:fs, read and write', ms: rewrite },
      growth: measured.map(({ files, times }) => growth(files, times.write, times.rewrite)),
    }),
    figure('E1', 'MB', last.peak, 200, {
      what: 'edit --write, peak memory',
      ...common,
      growth: measured.map(({ files, peak }) => ({ files, MB: round(peak) })),
    }),
    figure('E1c', 'ratio', check.median / read.median, 5, {
      what: 'edit',
      ...common,
      ms: check,
      baseline: { what: 'node:fs, read', ms: read },
      growth: measured.map(({ files, times }) => growth(files, times.check, times.read)),
    }),
  ];
  return figures.filter(({ id }) => wants(id));
}

function growth(files: number, ours: Timing, theirs: Timing): object {
  return { files, ms: ours.median, baseline: theirs.median, msPerFile: round(ours.median / files) };
}
