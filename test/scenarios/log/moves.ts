import { webField, type Ledger } from '../ledger.ts';
import { deployment, policyFile } from '../world.ts';
import type { Scenario } from './scenario.ts';

/** Files that move, and fields that move in them. */
export function movers(): Scenario[] {
  return [
    moved('the file gets another name', async (on) => {
      await on.git('mv', 'prod/web.yaml', 'prod/frontend.yaml');
      await on.commit('Rename');
    }),
    moved('the file moves twice', async (on) => {
      await on.git('mv', 'prod/web.yaml', 'prod/frontend.yaml');
      await on.commit('Rename');
      await on.write({ 'prod/a/.keep': '' });
      await on.git('mv', 'prod/frontend.yaml', 'prod/a/frontend.yaml');
      await on.commit('Move');
    }),
    moved('the folder moves', async (on) => {
      await on.git('mv', 'prod', 'clusters');
      await on.commit('Move');
    }),
    moved('the file moves and is edited at once', async (on) => {
      const text = deployment('web', `${on.image('web')}:1.0.0`);
      await on.commit('Move and edit', {
        'prod/web.yaml': null,
        'prod/apps/web.yml': text.replace('# web, by hand\n', '').replace('    name: web ', '    name: www '),
      });
    }),
    moved('the file is written in another style', async (on) => {
      const spec = { containers: [{ name: 'web', image: `${on.image('web')}:1.0.0` }] };
      const whole = {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web' },
        spec: { template: { spec } },
      };
      await on.commit('Reformat', { 'prod/web.yaml': JSON.stringify(whole) });
    }),
    moved('a document is put before it', async (on) => {
      const text = deployment('web', `${on.image('web')}:1.0.0`);
      await on.commit('Add a config map', {
        'prod/web.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n---\n${text}`,
      });
    }),
    moved('a sidecar is put before it', async (on) => {
      const text = deployment('web', `${on.image('web')}:1.0.0`);
      const sidecar =
        '            -   name: proxy\n                image: docker.io/library/proxy:9\n            -   name: web\n';
      await on.commit('Add a proxy', {
        'prod/web.yaml': text.replace('            -   name: web\n', sidecar),
      });
    }),
    {
      label: 'another service’s releases in the same file, and a document before both',
      files: (image) => ({
        'prod/web.yaml': twoDocuments(image, '1.0.0', '1.0.0'),
        'prod/policy.yaml': policyFile('web', image('web'), 'semver: "^1"'),
        'prod/api.policy.yaml': policyFile('api', image('api'), 'semver: "^1"'),
      }),
      act: async (on) => {
        on.house.push('api', '1.0.0', '1.9.0');
        const field = webField.replace('#', '#1');
        const change = { policy: 'api', field, image: on.image('api') };
        await on.release('1.0.0', '1.9.0', change, twoDocuments(on.image, '1.0.0', '1.9.0'));
        await on.commit('Add a config map', {
          'prod/web.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n---\n${twoDocuments(on.image, '1.0.0', '1.9.0')}`,
        });
      },
      history: ['1.0.0 -> 1.9.0'],
      next: '1.2.0',
    },
    {
      label: 'a revert in a list of images that then gets an entry in front',
      files: (image) => ({
        'prod/kustomization.yaml': kustomization(image, '1.0.0'),
        'prod/policy.yaml': policyFile('web', image('web'), 'semver: "^1"'),
      }),
      act: async (on) => {
        const field = 'prod/kustomization.yaml#/images/0/newTag';
        await on.commit(on.message('1.0.0', '1.2.0', { field }), {
          'prod/kustomization.yaml': kustomization(on.image, '1.2.0'),
        });
        await on.git('revert', '--no-edit', 'HEAD');
        await on.commit('Add an image', {
          'prod/kustomization.yaml': kustomization(on.image, '1.0.0', ['aaa']),
        });
      },
      history: ['1.0.0 -> 1.2.0'],
      next: null,
    },
  ];
}

async function takenBack(on: Ledger): Promise<void> {
  await on.release('1.0.0', '1.2.0');
  await on.git('revert', '--no-edit', 'HEAD');
}

function moved(label: string, act: (on: Ledger) => Promise<void>): Scenario {
  return {
    label: `a revert, and then ${label}`,
    act: async (on) => {
      await takenBack(on);
      await act(on);
    },
    history: ['1.0.0 -> 1.2.0'],
    next: null,
  };
}

function twoDocuments(image: Ledger['image'], web: string, api: string): string {
  return `${deployment('web', `${image('web')}:${web}`)}---\n${deployment('api', `${image('api')}:${api}`)}`;
}

function kustomization(image: Ledger['image'], tag: string, before: readonly string[] = []): string {
  const entries = [...before.map((name) => [name, '9'] as const), [image('web'), tag] as const];
  return `images:\n${entries.map(([name, newTag]) => `- name: ${name}\n  newTag: ${newTag}\n`).join('')}`;
}
