import { figure, type Benchmark } from '../figures.ts';
import { runNode, runTallyman } from '../programs.ts';
import { interleave } from '../rounds.ts';

/** C1: what `--version` and `--help` cost over starting Node and ending it. */
export const starting: Benchmark = {
  ids: ['C1'],
  work: '--version and --help against node -e 0',
  run: async () => {
    const timings = await interleave(20, {
      node: async () => (await runNode(['-e', '0'])).ms,
      version: async () => (await runTallyman(['--version'])).ms,
      help: async () => (await runTallyman(['--help'])).ms,
    });
    return (['version', 'help'] as const).map((what) =>
      figure('C1', 'ratio', timings[what].median / timings.node.median, 2, {
        what: `--${what}`,
        ms: timings[what],
        baseline: { what: 'node -e 0', ms: timings.node },
        growth: 'none: the cost does not depend on any input',
      }),
    );
  },
};
