import { afterEach, describe, expect, it } from 'vitest';
import { hold, lift, openWeb, release, rollback, tag } from './orders.ts';
import { wrap, type Stage } from './stage.ts';

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

/** `web` was at 1.0.0 and 1.1.0, and is at 1.2.0; somebody is quicker than the first push of what is ordered next. */
async function open(
  quicker: (on: Stage) => Promise<unknown>,
  before?: (on: Stage) => Promise<unknown>,
): Promise<Stage> {
  const on = await openWeb();
  stage = on;
  for (const version of ['1.1.0', '1.2.0']) {
    on.push('web', version);
    await on.run();
  }
  await before?.(on);
  const { ports, repository } = on;
  let isFirst = true;
  wrap(on, async (base, drafts) => {
    if (isFirst) {
      isFirst = false;
      const wrapped = on.ports;
      on.ports = ports;
      await quicker(on);
      on.ports = wrapped;
    }
    return repository.publish(base, drafts);
  });
  return on;
}

async function releaseNewer(on: Stage): Promise<void> {
  on.push('web', '1.3.0');
  await on.run();
}

async function note(on: Stage): Promise<void> {
  await on.commit({ 'prod/policy.yaml': `${await on.file('prod/policy.yaml')}# a note\n` });
}

async function holdWeb(on: Stage): Promise<unknown> {
  return hold(on, { policies: ['web'] });
}

async function holdProd(on: Stage): Promise<unknown> {
  return hold(on, { policies: ['web'], environments: ['prod'] }, { reason: 'INC-9' });
}

describe('rollback, where the branch moved since it was ordered', () => {
  it('does not go back from a version that nobody had seen, to the one that was to be left', async () => {
    const on = await open(releaseNewer);
    await expect(rollback(on)).rejects.toThrow(
      /^prod\/web\.yaml:\d+:\d+ went from 1\.2\.0 to 1\.3\.0 while this was carried out.*tallyman rollback web$/,
    );
    expect(await tag(on)).toBe('1.3.0');
  });

  it('does not go back twice, since two people said the same', async () => {
    const on = await open(rollback);
    await expect(rollback(on)).rejects.toThrow('went from 1.2.0 to 1.1.0 while');
    expect(await tag(on)).toBe('1.1.0');
  });

  it.each([
    ['a version that is named', { to: '1.0.0' }, releaseNewer, '1.0.0'],
    ['what it is about stays', {}, note, '1.1.0'],
  ] as const)('goes on where %s', async (_, more, quicker, version) => {
    const on = await open(quicker);
    expect(await rollback(on, more)).toMatchObject({ outcome: 'done' });
    expect(await tag(on)).toBe(version);
  });
});

describe('lift, where the branch moved since it was ordered', () => {
  it('leaves a hold that it was not asked about', async () => {
    const on = await open(holdProd, holdWeb);
    await expect(lift(on, { policies: ['web'] })).rejects.toThrow(
      /^prod\/web\.yaml:\d+:\d+ is held anew \(INC-9\) while .*: tallyman lift web$/,
    );
    expect(await on.file('.tallyman/holds.yaml')).toContain('INC-9');
  });

  it('does not forgive what was taken back in that moment', async () => {
    const on = await open(async (on) => rollback(on, { overrides: ['hold'] }), holdWeb);
    await expect(lift(on, { policies: ['web'] })).rejects.toThrow('went from 1.2.0 to 1.1.0 while');
  });

  it('goes on where what it is about stays', async () => {
    const on = await open(note, holdWeb);
    expect(await lift(on, { policies: ['web'] })).toMatchObject({ outcome: 'done' });
  });
});

it('release of a tag goes on, whatever came between', async () => {
  const on = await open(releaseNewer);
  expect(await release(on, '1.1.0')).toMatchObject({ outcome: 'done' });
  expect(await tag(on)).toBe('1.1.0');
});
