import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openLocalRepository } from '../../src/git/local/local-repository.ts';
import { House } from './house.ts';

let house: House | undefined;
afterEach(async () => {
  await house?.close();
  house = undefined;
});

const file = 'prod/web.yaml';

function workload(image: string, annotations: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  annotations:\n${annotations}spec:\n  containers:\n    - name: main\n      image: ${image}\n`;
}

async function open(annotations: string): Promise<House> {
  house = await House.open((image) => ({ [file]: workload(`${image('web')}:1.0.0`, annotations) }));
  house.push('web', '1.0.0', '1.1.0');
  return house;
}

/** A person of any name pushes to the config repository. @returns the commit's id, shortened */
async function commit({ directory }: House, text: string, name: string): Promise<string> {
  const person = { name, email: 'person@test.invalid' };
  const repository = openLocalRepository({
    name: 'fleet',
    path: join(directory, 'config.git'),
    branch: 'main',
    author: person,
    committer: person,
    now: Date.now,
  });
  try {
    const changes = [{ path: file, bytes: Buffer.from(text) }];
    await repository.publish(await repository.sync(), [{ changes, message: 'By hand\n' }]);
    return (await repository.sync()).commit.slice(0, 10);
  } finally {
    await repository.close();
  }
}

describe('explain', () => {
  it('says who pinned the value of a workload that opted in by annotation', async () => {
    const opened = await open('    tallyman.dev/policy: "semver:^1"\n');
    expect((await opened.run('run', '--once')).exit).toBe(0);
    opened.push('web', '1.2.0');
    const text = workload(`${opened.image('web')}:hotfix`, '    tallyman.dev/policy: "semver:^1"\n');
    const id = await commit(opened, text, 'Ann\u001b[31m\u202eLee');
    const { stdout, exit } = await opened.run('explain', 'web');
    expect(exit).toBe(0);
    expect(stdout).toContain(
      `stopped  pinned: pinned by Ann [31m Lee in ${id}: the policy would not elect the current value hotfix; put back`,
    );
    expect(stdout).toContain(`${file}:10:14  by annotation, in prod\n`);
    const { document } = await opened.json('explain', 'web');
    expect(document).toMatchObject({
      policy: 'web',
      fields: [{ via: 'annotation', gates: [{ gate: 'pinned' }] }],
    });
    const status = await opened.run('status');
    expect(status.stdout).toContain(`pinned: pinned by Ann [31m Lee in ${id}`);
  });

  it('says that a tag is too young for the workload, whatever binds it', async () => {
    const opened = await open('    tallyman.dev/policy: "semver:^1"\n    tallyman.dev/min-age: 24h\n');
    const { stdout } = await opened.run('explain', 'web');
    expect(stdout).toContain('too-young (1)');
    expect(stdout).toContain('elected  1.0.0');
  });
});

describe('lint', () => {
  it.each<[label: string, annotation: string, code: string, words: string]>([
    ['an age', 'min-age: soon', 'bad-annotation', '"soon" is no duration; expected one such as 24h or 1h30m'],
    ['a platform', 'platforms: linux', 'bad-annotation', '(did you mean "linux/amd64"?)'],
    [
      'a mode',
      'mode: pr',
      'bad-annotation',
      '"pr" is not commit or pullRequest (did you mean "pullRequest"?)',
    ],
    [
      'a mode that is not carried out',
      'mode: pullRequest',
      'not-supported',
      '(pullRequest) is understood but not carried out',
    ],
  ])('places %s that cannot be used', async (_, annotation, code, words) => {
    const opened = await open(`    tallyman.dev/policy: "semver:^1"\n    tallyman.dev/${annotation}\n`);
    const column = annotation.indexOf(':') + 5 + 'tallyman.dev/'.length + 2;
    const { stdout, exit } = await opened.run('lint', '--dir', opened.checkout);
    expect(exit).toBe(1);
    expect(stdout).toContain(
      `${file}:7:${column}: ${code}: The annotation tallyman.dev/${annotation.split(':')[0] ?? ''} `,
    );
    expect(stdout).toContain(words);
    const run = await opened.run('run', '--once');
    expect([run.exit, run.stdout.includes('nothing to release')]).toEqual([1, true]);
  });
});
