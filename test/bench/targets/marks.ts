import { cp } from 'node:fs/promises';
import { git } from '../../peers/git.ts';
import { figure, round, type Bench, type Benchmark, type Figure } from '../figures.ts';
import { makeLongHistory, type LongHistory } from '../generate/long-history.ts';
import { startServer } from '../servers/start.ts';
import { coldStarts, type ColdStarts } from './cold.ts';

const sizes = [12_500, 25_000, 50_000] as const;
const servers = ['a server with filters', 'a server without filters'] as const;

/** H1: a cold start on a branch with a long history, until the mark of every bound field is known. */
export const marks: Benchmark = {
  ids: ['H1'],
  work: `a cold start on a branch with ${sizes.at(-1)} commits, every mark known, against native git`,
  run: async (bench) => {
    const server = await startServer('git', bench.folder);
    try {
      const growth = servers.map((): Measured[] => []);
      for (const commits of sizes) {
        bench.say(`${commits} commits`);
        const made = await makeLongHistory(bench.folder, `long-${commits}.git`, commits, bench.seed);
        await cp(made.path, `${made.path.slice(0, -4)}-plain.git`, { recursive: true });
        await git(made.path, ['config', 'uploadpack.allowFilter', 'true']);
        for (const [index, suffix] of ['', '-plain'].entries()) {
          const url = `${server.url}/long-${commits}${suffix}.git`;
          growth[index]?.push({ commits, ...(await measure(made, url, bench)) });
        }
      }
      return growth.flatMap((measured, index) => figureOf(servers[index] ?? '', measured));
    } finally {
      await server.close();
    }
  },
};

interface Measured extends ColdStarts {
  readonly commits: number;
}

async function measure(
  { releases, policies }: LongHistory,
  url: string,
  { folder }: Bench,
): Promise<ColdStarts> {
  return coldStarts({
    what: 'marks',
    url,
    folder,
    rounds: 5,
    check: ({ found }) => {
      const wrong = found.filter((patch) => patch !== releases).length;
      if (wrong > 0 || found.length !== policies)
        throw new Error(`${wrong} of ${found.length} marks are not 1.0.${releases}`);
    },
    clone: ['--bare', '--single-branch', '--filter=tree:0'],
  });
}

function figureOf(kind: string, growth: readonly Measured[]): Figure[] {
  const last = growth.at(-1);
  if (last === undefined) return [];
  const { git: native, ...ours } = last;
  return [
    figure('H1', 'ratio', ours.ms.median / native.median, 2, {
      what: `every mark known, ${kind}`,
      how: 'from the first request to the last mark, in a new process; the start of Node and the loading of modules apart',
      ...ours,
      baseline: { what: 'git clone --bare --single-branch --filter=tree:0', ms: native },
      growth: growth.map(({ commits, ms, git: theirs, peak, steps }) => {
        const msPer1000 = round((ms.median / commits) * 1000);
        return { commits, ms: ms.median, git: theirs.median, msPer1000, steps, peak };
      }),
    }),
  ];
}
