/** One target figure of performance.md with what was measured: an element of the written JSON. */
export interface Figure {
  readonly id: string;
  readonly value: number;
  /** The most that it may be. */
  readonly target: number;
  readonly unit: 'ratio' | 'ms' | 'MB' | 'count';
  readonly met: boolean;
  readonly detail: { readonly what: string; readonly [more: string]: unknown };
}

/** One or several figures that are measured together. */
export interface Benchmark {
  readonly ids: readonly string[];
  /** One line for people. */
  readonly work: string;
  run(bench: Bench): Promise<readonly Figure[]>;
}

/** What every benchmark is given. */
export interface Bench {
  /** A folder of its own, removed afterwards. */
  readonly folder: string;
  readonly seed: number;
  /** Only these figures are wanted. */
  readonly wants: (id: string) => boolean;
  /** Progress, for people. */
  readonly say: (text: string) => void;
}

export function figure(
  id: string,
  unit: Figure['unit'],
  value: number,
  target: number,
  detail: Figure['detail'],
): Figure {
  const rounded = round(value);
  return { id, value: rounded, target, unit, met: rounded <= target, detail };
}

/** Three digits are more than any run repeats. */
export function round(value: number): number {
  return Number(value.toPrecision(3));
}

/** One line per figure: id, value, target, and whether it is met. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map(({ id, value, target, unit, met, detail }) => [
    id,
    detail.what,
    `${value} ${unit}`,
    `<= ${target}`,
    met ? 'met' : 'not met',
  ]);
  const all = [['id', 'what', 'value', 'target', ''], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
