import { round } from './figures.ts';

export type Step = () => Promise<unknown>;

/**
 * Times several steps against each other: one of each per round, in turn, after one round that is not counted, so that a
 * slow moment of the machine meets all of them. A step may give back its own time in milliseconds. After a minute three
 * rounds are enough.
 */
export async function interleave<Name extends string>(
  rounds: number,
  steps: Readonly<Record<Name, Step>>,
): Promise<Record<Name, Timing>> {
  const names = Object.keys(steps) as Name[];
  const times = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>;
  const start = performance.now();
  for (let turn = 0; turn <= rounds; turn++) {
    if (turn > 3 && performance.now() - start > longest) break;
    for (const name of names) {
      const ms = await time(steps[name]);
      if (turn > 0) times[name].push(ms);
    }
  }
  return Object.fromEntries(names.map((name) => [name, timing(times[name])])) as Record<Name, Timing>;
}

const longest = 60_000;

/** Milliseconds. */
export interface Timing {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly rounds: number;
}

function timing(times: readonly number[]): Timing {
  return {
    median: round(median(times)),
    least: round(Math.min(...times)),
    most: round(Math.max(...times)),
    rounds: times.length,
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

async function time(step: Step): Promise<number> {
  const start = performance.now();
  const own = await step();
  return typeof own === 'number' ? own : performance.now() - start;
}
