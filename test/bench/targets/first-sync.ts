import { figure, round, type Bench, type Benchmark, type Figure } from '../figures.ts';
import { manifests, policyFiles } from '../generate/manifests.ts';
import { firstTag, makeBareRepository, repositoryFiles } from '../generate/repository.ts';
import { startServer } from '../servers/start.ts';
import { coldStarts, type ColdStarts } from './cold.ts';

const sizes = [2500, 5000, 10_000] as const;
const policies = 100;

type Files = ReadonlyMap<string, Buffer>;

const kinds: Readonly<Record<string, (files: number, seed: number) => Files>> = {
  'small files': (files, seed) => repositoryFiles({ files, policies, seed, host: 'registry.example.com' }),
  'files of 6.7 kB': (files, seed) => {
    const texts = manifests(files - 1, policies, seed).map((one) => [one.path, one.text(firstTag)] as const);
    return new Map([...texts, ...policyFiles(policies)].map(([path, text]) => [path, Buffer.from(text)]));
  },
};

/** G1: the first sync over smart HTTP, until every image field of the branch is known. */
export const firstSync: Benchmark = {
  ids: ['G1'],
  work: `the first sync of ${sizes.at(-1)} files, against native git`,
  run: async (bench) => {
    const server = await startServer('git', bench.folder);
    try {
      const figures: Figure[] = [];
      for (const [kind, make] of Object.entries(kinds)) {
        const growth: Measured[] = [];
        for (const size of sizes) {
          bench.say(`${size} ${kind}`);
          const files = make(size, bench.seed);
          growth.push(await measure(files, `${kind.replaceAll(/\W/g, '-')}-${size}.git`, bench, server.url));
        }
        figures.push(figureOf(kind, growth));
      }
      return figures;
    } finally {
      await server.close();
    }
  },
};

interface Measured extends ColdStarts {
  readonly files: number;
  readonly fields: number;
  readonly bytesEach: number;
}

async function measure(files: Files, name: string, { folder }: Bench, server: string): Promise<Measured> {
  await makeBareRepository(folder, name, files);
  const fields = imagesIn(files);
  const size = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  const cold = await coldStarts({
    what: 'fields',
    url: `${server}/${name}`,
    folder,
    rounds: 7,
    check: ({ found }) => {
      if (found[0] !== fields) throw new Error(`${found[0]} image fields were found, not ${fields}`);
    },
    clone: ['--depth', '1', '--bare'],
    afterwards: ['cat-file', '--batch', '--batch-all-objects', '--buffer', '--unordered'],
  });
  return { files: files.size, fields, bytesEach: round(size / files.size), ...cold };
}

/** Lines that name an image in a manifest; policies name theirs elsewhere. */
function imagesIn(files: Files): number {
  let images = 0;
  for (const [path, bytes] of files)
    if (!path.startsWith('policies/')) images += bytes.toString().match(/^ +(?:- )?image: /gm)?.length ?? 0;
  return images;
}

function figureOf(kind: string, growth: readonly Measured[]): Figure {
  const last = growth.at(-1);
  if (last === undefined) throw new Error('no size was measured');
  const { git, ...ours } = last;
  return figure('G1', 'ratio', ours.ms.median / git.median, 2, {
    what: `first sync, ${kind}`,
    how: 'from the first request to the last field known, in a new process; the start of Node and the loading of modules apart',
    ...ours,
    baseline: { what: 'git clone --depth 1 --bare, then git cat-file --batch of everything', ms: git },
    growth: growth.map(({ files, ms, git: native, peak }) => {
      return { files, ms: ms.median, git: native.median, msPer1000: round((ms.median / files) * 1000), peak };
    }),
  });
}
