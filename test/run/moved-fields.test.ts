import { afterEach, describe, expect, it } from 'vitest';
import { deployment } from '../scenarios/world.ts';
import { at, commit, run } from './moves.ts';
import { lift, openWeb } from './orders.ts';
import type { Stage } from './stage.ts';

/** What was taken back stays so where a field is moved in other ways than by the rename of its file (product.md, 6.2). */
let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

const file = 'prod/web.yaml';
const next = 'prod/front/web.yaml';

/** 1.1.0 is released and taken back. */
async function takenBack(): Promise<Stage> {
  const on = (stage = await openWeb());
  on.push('web', '1.1.0');
  expect(await run(on)).toEqual(['web']);
  await commit(on, { [file]: await at(on, file, '1.0.0') });
  return on;
}

/** Whether what was taken back is released again; what is newer is. */
async function comesBack(on: Stage): Promise<boolean> {
  const [first] = await run(on);
  on.push('web', '1.2.0');
  expect(await run(on)).toEqual(['web']);
  return first !== undefined;
}

/** 1.1.0 is released in files of one's own, and taken back. */
async function released(files: (image: string, tag: string) => Record<string, string>): Promise<Stage> {
  const on = (stage = await openWeb('', (image) => ({ [file]: '', ...files(image('web'), '1.0.0') })));
  on.push('web', '1.1.0');
  expect(await run(on)).toEqual(['web']);
  await commit(on, files(on.image('web'), '1.0.0'));
  expect(await run(on)).toEqual([]);
  return on;
}

function values(image: string, tag: string, by: string): string {
  return `${by}image:\n${by}  repository: ${image}\n${by}  tag: ${tag}\n`;
}

describe('a file that is copied first, and deleted later', () => {
  it.each([
    ['as it is', (text: string) => text],
    ['with edits', (text: string) => `${text}# moved\n`],
  ])('is a file that moved: %s', async (_, edit) => {
    const on = await takenBack();
    await commit(on, { [next]: edit(await on.file(file)) });
    await commit(on, { 'prod/notes.yaml': 'notes: 1\n' });
    await commit(on, { [file]: null });
    expect(await comesBack(on)).toBe(false);
  });

  it.each([
    ['lives on', (text: string) => text],
    ['is used before it is deleted', (text: string) => `${text}# used\n`],
  ])('is another one where the first %s', async (label, edit) => {
    const on = await takenBack();
    await commit(on, { [next]: await on.file(file) });
    await commit(on, { [file]: edit(await on.file(file)) });
    if (label !== 'lives on') await commit(on, { [file]: null });
    expect(await run(on)).toEqual(['web']);
    expect(await on.file(next)).toContain(':1.1.0');
  });
});

it.each([
  ['as it is', (text: string) => text],
  ['with edits', (text: string) => `${text}# moved\n`],
])('a file that is deleted first, and put elsewhere later, is one that moved: %s', async (_, edit) => {
  const on = await takenBack();
  const text = await on.file(file);
  await commit(on, { [file]: null });
  expect(await run(on)).toEqual([]);
  await commit(on, { 'prod/notes.yaml': 'notes: 1\n' });
  await commit(on, { [next]: edit(text) });
  expect(await comesBack(on)).toBe(false);
});

it('records of another file that had the name before hide nothing', async () => {
  const on = await takenBack();
  const other = 'prod/other.yaml';
  await commit(on, { [file]: await at(on, file, '1.5.0') });
  await commit(on, { [file]: await at(on, file, '1.0.0') });
  // Another workload of the same image comes, is released, and goes.
  await commit(on, { [other]: deployment('other', `${on.image('web')}:1.0.0`) });
  expect(await run(on)).toEqual(['web']);
  expect(await on.file(other)).toContain(':1.1.0');
  await commit(on, { [other]: null });
  await commit(on, { [file]: null, [other]: await on.file(file) });
  on.push('web', '1.5.0');
  expect(await run(on)).toEqual([]);
});

it('a lift under another name counts once the file has its old name again', async () => {
  const on = await takenBack();
  await commit(on, { [file]: null, [next]: await on.file(file) });
  expect(await run(on)).toEqual([]);
  await lift(on, { policies: ['web'] });
  await commit(on, { [next]: null, [file]: await on.file(next) });
  expect(await run(on)).toEqual(['web']);
  expect(await on.file(file)).toContain(':1.1.0');
});

describe('a version that moves to a field of another kind', () => {
  it('from a HelmRelease into a file of values', async () => {
    const head = 'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web}\nspec:\n';
    const on = await released((image, tag) => ({
      'prod/release.yaml': `${head}  values:\n${values(image, tag, '    ')}`,
    }));
    const moved = values(on.image('web'), '1.0.0', '');
    await commit(on, { 'prod/release.yaml': `${head}  chart: {}\n`, 'prod/values.yaml': moved });
    expect(await comesBack(on)).toBe(false);
  });

  it('from a workload into the images of a kustomization', async () => {
    const kustomization = 'kind: Kustomization\nresources: [w.yaml]\n';
    const on = await released((image, tag) => ({
      'prod/w.yaml': deployment('web', `${image}:${tag}`),
      'prod/kustomization.yaml': kustomization,
    }));
    await commit(on, {
      'prod/w.yaml': deployment('web', on.image('web')),
      'prod/kustomization.yaml': `${kustomization}images:\n- {name: ${on.image('web')}, newTag: 1.0.0}\n`,
    });
    expect(await comesBack(on)).toBe(false);
  });
});

describe('a document that moves', () => {
  it('into a file of its own', async () => {
    const on = (stage = await openWeb('', (image) => ({
      'prod/all.yaml': `${deployment('web', `${image('web')}:1.0.0`)}---\n${deployment('api', `${image('api')}:1.0.0`)}`,
      [file]: '',
    })));
    on.push('web', '1.1.0');
    expect(await run(on)).toEqual(['web']);
    const text = await at(on, 'prod/all.yaml', '1.0.0');
    await commit(on, { 'prod/all.yaml': text });
    const [mine = '', others = ''] = text.split('---\n');
    await commit(on, { 'prod/all.yaml': others, [next]: mine });
    expect(await comesBack(on)).toBe(false);
  });

  it('into a file that is there', async () => {
    const on = (stage = await openWeb('', (image) => ({
      'prod/all.yaml': deployment('api', `${image('api')}:1.0.0`),
    })));
    on.push('web', '1.1.0');
    expect(await run(on)).toEqual(['web']);
    await commit(on, { [file]: await at(on, file, '1.0.0') });
    await commit(on, {
      [file]: null,
      'prod/all.yaml': `${await on.file('prod/all.yaml')}---\n${await on.file(file)}`,
    });
    expect(await comesBack(on)).toBe(false);
  });
});
