import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../rules/files.ts';
import { round } from '../figures.ts';
import { runNode, timeGit } from '../programs.ts';
import { interleave, median, type Timing } from '../rounds.ts';

/** What `cold-start.ts` answers. Times in milliseconds from the first request on. */
export interface ColdAnswer {
  readonly ms: number;
  /** Until the steps on the way were done. */
  readonly steps: Readonly<Record<string, number>>;
  /** Processor time of the main thread until then. */
  readonly cpu: Readonly<Record<string, number>>;
  readonly found: readonly number[];
  /** MB, of the whole process. */
  readonly peak: number;
}

export interface ColdStarts {
  readonly ms: Timing;
  readonly git: Timing;
  /** Medians. */
  readonly steps: Readonly<Record<string, number>>;
  /** Medians: processor time of the main thread. */
  readonly cpu: Readonly<Record<string, number>>;
  /** Median of the whole process, from its start to its end. */
  readonly process: number;
  /** MB, the most of all rounds. */
  readonly peak: number;
}

interface ColdWork {
  readonly what: 'fields' | 'marks';
  readonly url: string;
  readonly folder: string;
  readonly rounds: number;
  /** Throws where the answer is wrong. */
  readonly check: (answer: ColdAnswer) => void;
  /** Native git's work: arguments by turn, in the given folder or in the clone. */
  readonly clone: readonly string[];
  readonly afterwards?: readonly string[];
}

/** Our first look at a branch and native git's, in turn, each in a process of its own and with an empty folder. */
export async function coldStarts({
  what,
  url,
  folder,
  rounds,
  check,
  clone,
  afterwards,
}: ColdWork): Promise<ColdStarts> {
  const directory = join(folder, 'cold');
  const program = `${root}test/bench/cold-start.ts`;
  const seen: (ColdAnswer & { readonly process: number })[] = [];
  const { ours, git } = await interleave(rounds, {
    ours: async () => {
      const ran = await runNode([program, what, url, directory]);
      await rm(directory, { recursive: true });
      const answer = JSON.parse(ran.output) as ColdAnswer;
      check(answer);
      seen.push({ ...answer, process: ran.ms });
      return answer.ms;
    },
    git: async () => {
      const cloned = await timeGit(folder, ['clone', '--quiet', ...clone, url, directory]);
      const rest = afterwards === undefined ? 0 : await timeGit(directory, afterwards);
      await rm(directory, { recursive: true });
      return cloned + rest;
    },
  });
  const counted = seen.slice(1);
  const middle = (of: (answer: (typeof counted)[number]) => number): number => round(median(counted.map(of)));
  const names = Object.keys(counted[0]?.steps ?? {});
  return {
    ms: ours,
    git,
    steps: Object.fromEntries(names.map((name) => [name, middle(({ steps }) => steps[name] ?? 0)])),
    cpu: Object.fromEntries(names.map((name) => [name, middle(({ cpu }) => cpu[name] ?? 0)])),
    process: middle(({ process }) => process),
    peak: round(Math.max(...seen.map(({ peak }) => peak))),
  };
}
