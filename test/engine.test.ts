import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { root } from './rules/files.ts';

/** Keeps more and more, a little at a time, and tells the usual size of the nursery (bytes, of both halves) in the second half of that. */
const keeping = `
  const { getHeapSpaceStatistics } = await import('node:v8');
  const { setImmediate } = await import('node:timers/promises');
  const kept = [];
  const sizes = [];
  for (let turn = 0; turn < 100; turn++) {
    for (let piece = 0; piece < 20_000; piece++) {
      const made = { turn, piece, text: [turn, piece] };
      if (piece % 5 === 0) kept.push(made);
    }
    sizes.push(getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size);
    await setImmediate();
  }
  // Not the largest: while the engine marks, it lets the nursery grow for a moment.
  process.stdout.write(String(sizes.slice(50).sort((a, b) => a - b)[25]));
`;

function nursery(...args: readonly string[]): number {
  const tune = `import { tuneEngine } from ${JSON.stringify(`${root}src/engine.ts`)}; tuneEngine(${JSON.stringify(['', '', ...args])});`;
  const code = args.length === 0 ? keeping : `${tune}\n${keeping}`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
  return Number(stdout) / 2 ** 20;
}

it('keeps the room for new objects small, which the engine would let grow', () => {
  expect(nursery()).toBeGreaterThanOrEqual(32);
  // It is told between two turns of the process, and may have doubled once more by then.
  expect(nursery('edit')).toBeLessThanOrEqual(8);
  expect(nursery('run', '--once')).toBeLessThanOrEqual(8);
  expect(nursery('run')).toBe(2);
});
