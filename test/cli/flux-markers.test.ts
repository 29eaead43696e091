import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { policyFile } from '../scenarios/world.ts';
import { House } from './house.ts';

let house: House;

beforeAll(async () => {
  house = await House.open((image) => ({
    'apps/web.yaml': `kind: X\nvalue: ${image('web')}:1.0.0 #{"$imagepolicy": "flux-system:web"}\n`,
    'apps/parts.yaml': `name: ${image('web')} # {"$imagepolicy": "flux-system:web:name"}\ntag: '1.0.0' # {"$imagepolicy": "flux-system:web:tag"}\n`,
    'apps/lost.yaml': `kind: X\nvalue: ${image('web')}:1.0.0 # {"$imagepolicy": "flux-system:wep"}\n`,
    'apps/name.yaml': `lone: ${image('web')} # {"$imagepolicy": "flux-system:web:name"}\n`,
    'policies/web.yaml': policyFile('web', image('web'), 'semver: "^1"'),
  }));
  house.push('web', '1.0.0', '1.1.0');
});

afterAll(() => house.close());

describe('Flux 2 markers', () => {
  it('are planned by the policy that they name, and those that name none are problems', async () => {
    const { exit, document } = await house.json('plan');
    expect(exit).toBe(1);
    expect(document['repositories']).toMatchObject([
      {
        commits: [
          {
            title: 'web',
            releases: [
              { field: 'apps/parts.yaml#/tag', from: '1.0.0', to: '1.1.0' },
              { field: 'apps/web.yaml#/value', from: '1.0.0', to: '1.1.0' },
            ],
          },
        ],
        problems: [{ code: 'unknown-policy', file: 'apps/lost.yaml', line: 2, policy: 'flux-system:wep' }],
      },
    ]);
  });

  it('are released, and then leave nothing to do', async () => {
    await house.json('run', '--once');
    const { document } = await house.json('run', '--once');
    expect(document['repositories']).toMatchObject([{ outcome: 'unchanged', commits: [] }]);
    const status = (await house.json('status')).document;
    expect(status['services']).toMatchObject(Array.from({ length: 3 }, () => ({ newer: null, because: '' })));
  });
});
