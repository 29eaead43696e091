import { root } from '../../rules/files.ts';
import { kinds, type Kind } from '../election-kinds.ts';
import { figure, round, type Benchmark } from '../figures.ts';
import { runNode } from '../programs.ts';
import { median } from '../rounds.ts';

const sizes = [25_000, 50_000, 100_000] as const;
const rounds = 5;

/** S3: an election over 100,000 tags by every kind, cold; and the cycle after it, in which 100 of them are new. */
export const electing: Benchmark = {
  ids: ['S3'],
  work: `elections over ${sizes.at(-1)} tags, by every kind`,
  run: async ({ seed, say }) => {
    const figures = [];
    for (const kind of kinds) {
      say(kind.name);
      const growth: Measured[] = [];
      for (const tags of sizes) growth.push(await measure(kind, tags, seed));
      const last = growth.at(-1);
      if (last === undefined) throw new Error('no size was measured');
      figures.push(
        figure('S3', 'ms', last.cold, kind.target, {
          what: kind.name,
          kind: kind.name,
          rule: kind.rule,
          ...(kind.filter === undefined ? {} : { filterTags: kind.filter }),
          rounds,
          warm: { what: 'the next cycle, with 100 new tags', ms: last.warm },
          growth,
        }),
      );
    }
    return figures;
  },
};

/** Medians, in milliseconds. */
interface Measured {
  readonly tags: number;
  readonly cold: number;
  readonly warm: number;
}

/** Each round is a process of its own, so that nothing is known from the one before. */
async function measure(kind: Kind, tags: number, seed: number): Promise<Measured> {
  const program = `${root}test/bench/elect-cold.ts`;
  const times: { cold: number; warm: number }[] = [];
  for (let turn = 0; turn < rounds; turn++) {
    const { output } = await runNode([program, kind.name, String(tags), String(seed)]);
    times.push(JSON.parse(output) as { cold: number; warm: number });
  }
  return {
    tags,
    cold: round(median(times.map(({ cold }) => cold))),
    warm: round(median(times.map(({ warm }) => warm))),
  };
}
