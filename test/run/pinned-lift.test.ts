import { afterEach, expect, it } from 'vitest';
import { lift, openWeb, tag } from './orders.ts';
import { titles, type Stage } from './stage.ts';

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

it('a value that a person chose stays pinned after a lift', async () => {
  const on = (stage = await openWeb());
  on.now += 3_600_000;
  on.push('web', '1.1.0', '2.0.0');
  await on.run();
  expect(await tag(on)).toBe('1.1.0');
  on.now += 90_000_000;
  await on.commit({ 'prod/web.yaml': (await on.file('prod/web.yaml')).replace(':1.1.0', ':2.0.0') });
  expect(titles(await on.run())).toEqual([]);
  await lift(on, { policies: ['web'] });
  on.forget();
  const result = await on.run();
  expect(titles(result)).toEqual([]);
  expect(await tag(on)).toBe('2.0.0');
  expect(JSON.stringify(result)).toContain('pinned by Ann');
});
