import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { json } from '../cli/harness.ts';
import { describePeer } from '../peers/require.ts';
import { World } from './world.ts';

const file = 'clusters/prod/web/pod.yaml';

function pod(image: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  annotations:\n    tallyman.dev/policy: "semver:~1.4"\nspec:\n  containers:\n    - name: web\n      image: ${image}\n`;
}

describePeer(['git', 'docker-registry'], 'a value that somebody pinned', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.open();
    await world.push('web', '1.4.2');
    await world.create({ [file]: pod(`${world.image('web')}:1.4.2`), 'README.md': 'x\n' });
  });

  afterAll(() => world.close());

  async function pinned(): Promise<unknown> {
    const { fields } = json(await world.tallyman(['explain', 'web', '-o', 'json'])) as {
      fields?: readonly { gates: readonly { gate: string; detail: string }[] }[];
    };
    return fields?.flatMap(({ gates }) => gates.map(({ gate, detail }) => [gate, detail.split(':')[0]]));
  }

  it('is told with the merge that brought it to the branch', async () => {
    await world.push('web', '1.4.3');
    expect((await world.tallyman(['run', '--once'])).exit).toBe(0);
    await world.push('web', '1.4.4');
    await world.pull();
    await world.person('checkout', '--quiet', '-b', 'hotfix');
    const text = (await world.file(file)).replace('web:1.4.3', 'web:hotfix-7');
    await writeFile(join(world.checkout, file), text);
    await world.person(
      'commit',
      '--quiet',
      '--all',
      '--author',
      'Dev <dev@test.invalid>',
      '--message',
      'Pin it',
    );
    await world.person('checkout', '--quiet', '-');
    await world.person('merge', '--quiet', '--no-ff', '--no-edit', 'hotfix', '-m', 'Merge the hotfix');
    await world.person('commit', '--quiet', '--amend', '--no-edit', '--author', 'Lead <lead@test.invalid>');
    await world.person('push', '--quiet', world.bare, 'HEAD:main');
    const merge = (await world.head()).slice(0, 10);
    expect(await pinned()).toEqual([['pinned', `pinned by Lead in ${merge}`]]);
    await world.commit({ 'README.md': 'y\n' }, 'Something else');
    await world.person('mv', file, 'clusters/prod/web/renamed.yaml');
    await world.commit({}, 'Rename it');
    expect(await pinned()).toEqual([['pinned', `pinned by Lead in ${merge}`]]);
  });

  it('is what a run leaves alone', async () => {
    const before = await world.head();
    const result = await world.tallyman(['run', '--once']);
    expect([result.exit, await world.head()]).toEqual([0, before]);
  });
});
