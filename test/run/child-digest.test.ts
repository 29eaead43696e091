import { afterEach, describe, expect, it } from 'vitest';
import { Failure } from '../../src/core/failure.ts';
import { parseTag } from '../../src/image/tag.ts';
import { parseRepository } from '../../src/image/reference.ts';
import { deployment, policyFile } from '../scenarios/world.ts';
import { codes, Stage, titles } from './stage.ts';

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

/** An index of two platforms. */
function add(on: Stage, name: string, tag: string, content: string): string {
  const platforms = ['linux/amd64', 'linux/arm64'];
  const image = { repository: `acme/${name}`, tag, content, platforms, created: on.now };
  return on.registry.registry.addImage(image).digest;
}

/** The digest of the image for one of the platforms. */
async function childOf(on: Stage, name: string, text: string): Promise<string> {
  const [repository, tag] = [parseRepository(on.image(name))?.repository, parseTag(text)];
  if (repository === undefined || tag === undefined) throw new Error('no reference');
  const child = (await on.ports.images.inspect(repository, tag))?.children?.[1];
  if (child === undefined) throw new Error('no index');
  return child;
}

/** Somebody wrote the digest of one platform beside the tag. */
async function open(rule: string, tag: string): Promise<Stage> {
  const on = (stage = await Stage.open((image) => ({
    'prod/web.yaml': deployment('web', `${image('web')}:${tag}`),
    'prod/policy.yaml': policyFile('web', image('web'), rule),
  })));
  add(on, 'web', tag, 'old');
  const pinned = `${on.image('web')}:${tag}@${await childOf(on, 'web', tag)}`;
  await on.commit({ 'prod/web.yaml': deployment('web', pinned) });
  return on;
}

describe('the digest of one platform beside a tag', () => {
  it.each([
    ['semver: "*"', '1.0.0', '1.1.0'],
    ['digest: {tag: stable}', 'stable', 'stable'],
  ])('counts as that of the tag: %s', async (rule, tag, next) => {
    const on = await open(rule, tag);
    for (const _ of ['asked', 'kept']) {
      const result = await on.run();
      expect([titles(result), codes(result)]).toEqual([[], []]);
    }
    const digest = add(on, 'web', next, 'new');
    expect(titles(await on.run())).toEqual(['web']);
    expect(await on.file('prod/web.yaml')).toContain(`:${next}@${digest}`);
  });

  it('is another one once the tag was moved', async () => {
    const on = await open('semver: "*"', '1.0.0');
    add(on, 'web', '1.0.0', 'moved');
    expect(codes(await on.run())).toEqual(['tag-moved']);
  });

  it.each([
    ['timeout', 'registry-failed'],
    ['bad-answer', 'tag-moved'],
  ] as const)('is not guessed where the index cannot be read: %s', async (code, problem) => {
    const on = await open('semver: "*"', '1.0.0');
    const { images } = on.ports;
    const inspect: typeof images.inspect = async () => {
      throw new Failure(code, 'the index cannot be read');
    };
    on.ports = { ...on.ports, images: { digest: images.digest.bind(images), inspect } };
    expect(codes(await on.run())).toEqual([problem]);
  });

  it('is promoted as the one of the tag', async () => {
    const on = (stage = await Stage.open((image) => ({
      'staging/web.yaml': deployment('web', `${image('web')}:1.0.0`),
      'staging/policy.yaml': policyFile('web-staging', image('web'), 'semver: "*"'),
      'prod/web.yaml': deployment('web', `${image('mirror')}:latest`),
      'prod/policy.yaml': policyFile('web', image('mirror'), 'promote: {from: web-staging}'),
    })));
    const digest = add(on, 'web', '1.0.0', 'same');
    add(on, 'mirror', '1.0.0', 'same');
    const pinned = `${on.image('web')}:1.0.0@${await childOf(on, 'web', '1.0.0')}`;
    await on.commit({ 'staging/web.yaml': deployment('web', pinned) });
    const result = await on.run();
    expect([titles(result), codes(result)]).toEqual([['web'], []]);
    expect(await on.file('prod/web.yaml')).toContain(`:1.0.0@${digest}`);
    add(on, 'mirror', '1.0.0', 'another');
    expect(codes(await on.run())).toEqual(['tag-moved']);
  });
});
