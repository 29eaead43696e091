import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json } from '../cli/harness.ts';
import { describePeer } from '../peers/require.ts';
import { deployment, policyFile, World } from './world.ts';

interface Shown {
  readonly code: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
}

describePeer(['git', 'docker-registry'], 'bad input', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.open();
    await world.push('web', '1.0.0');
    await world.push('api', '1.0.0');
    await world.create({
      'good/api.yaml': deployment('api', `${world.image('api')}:1.0.0`),
      'good/policy.yaml': policyFile('api', world.image('api'), 'semver: "*"', '  onRevert: skip\n'),
    });
  });

  afterAll(() => world.close());

  /** The good service that must go on, whatever stands beside it. */
  async function goodAnd(files: Readonly<Record<string, string>>, tag: string): Promise<readonly Shown[]> {
    await world.pull();
    await world.commit(files, 'Change something');
    await world.push('api', tag);
    const result = await world.tallyman(['run', '--once', '-o', 'json']);
    expect(result.exit).toBe(1);
    expect(await world.inBare('show', 'main:good/api.yaml')).toContain(`acme/api:${tag}"`);
    const [repository] = json(result)['repositories'] as readonly { readonly problems: readonly Shown[] }[];
    return repository?.problems ?? [];
  }

  const cases: readonly [
    label: string,
    file: string,
    text: (world: World) => string,
    expected: Partial<Shown>,
  ][] = [
    [
      'an unknown key',
      'bad/policy.yaml',
      ({ image }) => policyFile('web', image('web'), 'semver: "*"', '  exlude: ["a"]\n'),
      { code: 'bad-policy', line: 9, column: 3, message: 'exclude' },
    ],
    [
      'a bad range',
      'bad/policy.yaml',
      ({ image }) => policyFile('web', image('web'), 'semver: "1.2.3.4"'),
      { code: 'bad-policy', line: 8, column: 20, message: 'semver range: cannot read ".4"' },
    ],
    [
      'a bad glob',
      'bad/policy.yaml',
      ({ image }) => policyFile('web', image('web'), 'glob: "main-[a"'),
      { code: 'bad-policy', line: 8, column: 18, message: 'spec.policy.glob' },
    ],
    [
      'malformed YAML',
      'bad/policy.yaml',
      () => 'kind: ImagePolicy\nspec:\n  image: x\n image: y\n',
      { code: 'bad-yaml', line: 4 },
    ],
    [
      'an unknown policy in a marker',
      'bad/web.yaml',
      ({ image }) => `kind: X\nimage: ${image('web')}:1.0.0 # {"$tallyman": "apl"}\n`,
      { code: 'unknown-policy', line: 2, message: 'api' },
    ],
  ];

  it.each(cases.map((row, index) => [...row, `1.${index + 1}.0`] as const))(
    'says where %s is, and the rest goes on',
    async (_, file, text, expected, tag) => {
      const problems = await goodAnd({ [file]: text(world) }, tag);
      await world.pull();
      await world.person('rm', '--quiet', file);
      const { message = '', ...rest } = expected;
      expect(problems).toContainEqual(
        expect.objectContaining({ file, ...rest, message: expect.stringContaining(message) as string }),
      );
    },
  );
});

describePeer(['git', 'docker-registry'], 'peers that fail', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.open();
    await world.createWeb();
  });

  afterAll(() => world.close());

  it('wrong git password: one message with the host, exit 4, nothing committed', async () => {
    const result = await world.tallyman(['run', '--once', '-o', 'json'], { GIT_PASSWORD: 'other-word' });
    expect(result.exit).toBe(4);
    const [repository] = json(result)['repositories'] as readonly Record<string, unknown>[];
    expect(repository).toMatchObject({
      outcome: 'failed',
      error: { code: 'auth-failed', host: world.git.url.replace('http://', '') },
    });
    expect(result.stdout + result.stderr).not.toContain('other-word');
    expect(await world.commits()).toBe(1);
  });

  it('registry down: a problem at the policy, exit 4 since it is the only one', async () => {
    await world.commit(
      { 'apps/policy.yaml': policyFile('web', '127.0.0.1:1/acme/web', 'semver: "^1"') },
      'Move',
    );
    await world.commit({ 'apps/web.yaml': deployment('web', '127.0.0.1:1/acme/web:1.0.0') }, 'Move');
    const config = await world.configure({ state: 'down', extra: '' });
    const result = await world.tallyman(['run', '--once', '-c', config, '-o', 'json']);
    await world.person('reset', '--hard', '--quiet', 'HEAD~2');
    await world.person('push', '--quiet', '--force', world.bare, 'HEAD:main');
    expect(result.exit).toBe(4);
    const [repository] = json(result)['repositories'] as readonly { readonly problems: readonly Shown[] }[];
    expect(repository?.problems).toMatchObject([
      {
        code: 'registry-failed',
        file: 'apps/policy.yaml',
        message: expect.stringContaining('127.0.0.1:1') as string,
      },
    ]);
  });

  describe('a read-only remote', () => {
    it('shows the server’s words, exit 1, nothing half-committed', async () => {
      await world.inBare('config', 'http.receivepack', 'false');
      const result = await world.tallyman(['run', '--once']);
      await world.inBare('config', 'http.receivepack', 'true');
      expect(result.exit).toBe(1);
      expect(result.stdout + result.stderr).toMatch(
        /push-refused: .*127\.0\.0\.1:\d+ does not let these credentials push/,
      );
      expect(await world.commits()).toBe(1);
      await world.inBare('fsck', '--strict');
    });
  });

  it('a hook that rejects: its words, exit 1', async () => {
    const { writeHook } = await import('../peers/git.ts');
    await writeHook(world.bare, 'pre-receive', [
      String.raw`printf 'Changes go through review:\r\n\n  \033[1mask\033[0m Ann.\n' >&2`,
      'exit 1',
    ]);
    const result = await world.tallyman(['run', '--once']);
    await writeHook(world.bare, 'pre-receive', ['exit 0']);
    expect(result.exit).toBe(1);
    expect(result.stdout).toContain(
      'push-refused: The remote refused the push: Changes go through review: / ask Ann. / pre-receive hook declined\n',
    );
    expect(await world.commits()).toBe(1);
  });
});
