import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { table, type Benchmark, type Figure } from './figures.ts';
import { editing } from './targets/edit.ts';
import { electing } from './targets/elect.ts';
import { finding } from './targets/find.ts';
import { firstSync } from './targets/first-sync.ts';
import { law } from './targets/law.ts';
import { latency } from './targets/latency.ts';
import { listing } from './targets/list.ts';
import { marks } from './targets/marks.ts';
import { publishing } from './targets/publish.ts';
import { resident } from './targets/resident.ts';
import { secondPass } from './targets/second-pass.ts';
import { starting } from './targets/start.ts';
import { unchanged } from './targets/unchanged.ts';

const benchmarks: readonly Benchmark[] = [
  editing,
  secondPass,
  finding,
  listing,
  electing,
  firstSync,
  publishing,
  unchanged,
  marks,
  latency,
  resident,
  starting,
  law,
];
const known = benchmarks.flatMap((benchmark) => benchmark.ids);

const { values } = parseArgs({
  options: { only: { type: 'string' }, json: { type: 'string' }, seed: { type: 'string', default: '1' } },
});
const wanted = values.only?.split(',') ?? known;
const unknown = wanted.filter((id) => !known.includes(id));
if (unknown.length > 0) {
  console.error(`There is no target ${unknown.join(', ')}. There are: ${known.join(', ')}.`);
  process.exitCode = 2;
} else {
  const figures = await measure();
  console.log(
    `\nnode ${process.versions.node}, ${cpus().length} cores, seed ${values.seed}\n\n${table(figures)}`,
  );
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(figures, undefined, 2)}\n`);
}

async function measure(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const benchmark of benchmarks.filter(({ ids }) => ids.some((id) => wanted.includes(id)))) {
    const folder = await mkdtemp(join(tmpdir(), 'tallyman-'));
    console.error(`${benchmark.ids.join(', ')}: ${benchmark.work}`);
    try {
      const measured = await benchmark.run({
        folder,
        seed: Number(values.seed),
        wants: (id) => wanted.includes(id),
        say: (text) => {
          console.error(`  ${text}`);
        },
      });
      figures.push(...measured);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return figures;
}
