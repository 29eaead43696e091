import { afterEach, describe, expect, it } from 'vitest';
import { deployment, policyFile } from '../scenarios/world.ts';
import { codes, type Stage } from './stage.ts';
import { gates, openChain, tag } from './chain.ts';

const hour = 3_600_000;

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

/** A person writes a version that the source's own order cannot place. */
async function put(on: Stage, place: string, version: string): Promise<void> {
  on.now += hour;
  const text = await on.file(`${place}/web.yaml`);
  await on.commit({ [`${place}/web.yaml`]: text.replace(/(acme\/web:)[^"]+/, `$1${version}`) });
}

async function after(on: Stage): Promise<readonly (string | undefined)[]> {
  on.now += hour;
  on.forget();
  await on.run();
  await on.run();
  return Promise.all(['staging', 'prod'].map(async (place) => tag(on, place)));
}

describe('a value at the source that is no version of its policy', () => {
  it.each(['latest', '1.0.0'])('is promoted, and not left for what was before it: %s', async (prod) => {
    const on = (stage = await openChain({ prod }));
    on.put('web', 'hotfix-1', 'x');
    await put(on, 'staging', 'hotfix-1');
    expect(await after(on)).toEqual(['hotfix-1', 'hotfix-1']);
    await put(on, 'staging', '1.0.0');
    expect(await after(on)).toEqual(['1.0.0', 'hotfix-1']);
    on.put('web', '1.1.0', 'y');
    expect(await after(on)).toEqual(['1.1.0', '1.1.0']);
  });

  it('is no newer for being put back', async () => {
    const on = (stage = await openChain({ prod: 'latest' }));
    on.put('web', 'hotfix-1', 'x');
    await put(on, 'staging', 'hotfix-1');
    on.put('web', '1.1.0', 'y');
    await put(on, 'staging', '1.1.0');
    expect(await after(on)).toEqual(['1.1.0', '1.1.0']);
    await put(on, 'staging', 'hotfix-1');
    expect(await after(on)).toEqual(['hotfix-1', '1.1.0']);
  });

  it('is promoted where the target holds what the source never did', async () => {
    const on = (stage = await openChain({ prod: '0.9.0' }));
    on.put('web', '1.1.0', 'y');
    await after(on);
    await put(on, 'prod', '1.0.5');
    on.put('web', 'hotfix-1', 'x');
    await put(on, 'staging', 'hotfix-1');
    expect(await after(on)).toEqual(['hotfix-1', 'hotfix-1']);
  });

  it('brings nothing back that was taken back at the target', async () => {
    const on = (stage = await openChain());
    for (const version of ['1.3.0', 'hotfix-1']) on.put('web', version, version);
    await put(on, 'prod', '1.3.0');
    await put(on, 'prod', '1.0.0');
    await put(on, 'staging', 'hotfix-1');
    expect(await after(on)).toEqual(['hotfix-1', 'hotfix-1']);
    on.put('web', '1.2.0', 'z');
    await put(on, 'staging', '1.2.0');
    await after(on);
    expect(await tag(on, 'prod')).toBe('hotfix-1');
    on.put('web', '1.4.0', 'z');
    expect(await after(on)).toEqual(['1.4.0', '1.4.0']);
  });
});

it.each(['exclude: ["*-rc*"]', 'filterTags: {pattern: "^[0-9.]+$"}'])(
  'what the target would not take need not be mirrored, and stops nothing: %s',
  async (rule) => {
    const on = (stage = await openChain({
      source: 'semver: ">=0.0.0-0"',
      files: (image, add) => {
        for (const version of ['1.0.0', '1.1.0']) add('mirror', version, version);
        return {
          'prod/web.yaml': deployment('web', `${image('mirror')}:1.0.0`),
          'prod/policy.yaml': policyFile(
            'web-prod',
            image('mirror'),
            'promote: {from: web-staging, soak: 2h, pick: soaked}',
            `  ${rule}\n`,
          ),
        };
      },
    }));
    for (const version of ['1.1.0', '1.2.0-rc1']) {
      on.put('web', version, version);
      await on.run();
      on.now += hour;
    }
    on.now += hour;
    const result = await on.run();
    expect(codes(result)).toEqual([]);
    expect(gates(result)).toEqual([]);
    expect(await on.file('prod/web.yaml')).toContain('mirror:1.1.0@');
  },
);
