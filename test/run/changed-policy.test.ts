import { afterEach, expect, it } from 'vitest';
import { policyFile } from '../scenarios/world.ts';
import { openWeb, tag } from './orders.ts';
import type { Stage } from './stage.ts';

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

const day = 86_400_001;

async function put(on: Stage, version: string): Promise<void> {
  on.now += day;
  const text = await on.file('prod/web.yaml');
  await on.commit({ 'prod/web.yaml': text.replace(/(acme\/web:)[^"]+/, `$1${version}`) }, 'By hand\n');
}

it('a range that is widened later brings nothing back that was tried and taken back before a release', async () => {
  const on = (stage = await openWeb());
  on.push('web', '1.1.0', '2.0.0');
  await on.run();
  await put(on, '2.0.0');
  await put(on, '1.1.0');
  on.push('web', '1.2.0');
  on.now += day;
  await on.run();
  expect(await tag(on)).toBe('1.2.0');
  await on.commit({ 'prod/policy.yaml': policyFile('web', on.image('web'), 'semver: "*"') }, 'Widen\n');
  on.now += day;
  on.forget();
  expect((await on.run()).outcome).toBe('unchanged');
  expect(await tag(on)).toBe('1.2.0');
  on.push('web', '2.0.1');
  await on.run();
  expect(await tag(on)).toBe('2.0.1');
});
