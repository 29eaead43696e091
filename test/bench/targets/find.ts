import { figure, round, type Bench, type Benchmark } from '../figures.ts';
import { runNode } from '../programs.ts';
import { interleave, type Timing } from '../rounds.ts';
import { root } from '../../rules/files.ts';

const sizes = [2500, 5000, 10_000] as const;

/** E3: all image fields of a mixed tree, against what only splits the same texts into tokens. */
export const finding: Benchmark = {
  ids: ['E3'],
  work: `find the image fields in ${sizes.at(-1)} mixed files, against the lexer of the yaml package`,
  run: async (bench) => {
    const measured: Measured[] = [];
    for (const files of sizes) {
      bench.say(`${files} files`);
      measured.push(await measure(files, bench));
    }
    const last = measured.at(-1);
    if (last === undefined) throw new Error('no size was measured');
    return [
      figure('E3', 'ratio', last.fields.median / last.lexer.median, 1, {
        what: 'find image fields',
        files: last.files,
        MB: round(last.characters / 1e6),
        unsureShare: round(last.unsure),
        ms: last.fields,
        baseline: { what: 'the lexer of yaml', ms: last.lexer },
        growth: measured.map(({ files, fields, lexer }) => {
          return {
            files,
            ms: fields.median,
            baseline: lexer.median,
            msPerFile: round(fields.median / files),
          };
        }),
      }),
    ];
  },
};

interface Measured {
  readonly files: number;
  readonly fields: Timing;
  readonly lexer: Timing;
  readonly characters: number;
  /** Share of the characters in files that the scanner leaves to the parser. */
  readonly unsure: number;
}

async function measure(files: number, { seed }: Bench): Promise<Measured> {
  let facts = { ms: 0, characters: 0, unsure: 0 };
  const run = async (how: string): Promise<typeof facts> => {
    const program = `${root}test/bench/find-fields.ts`;
    return JSON.parse((await runNode([program, how, String(files), String(seed)])).output) as typeof facts;
  };
  const times = await interleave(5, {
    fields: async () => (facts = await run('fields')).ms,
    lexer: async () => (await run('lexer')).ms,
  });
  return { files, ...times, characters: facts.characters, unsure: facts.unsure };
}
