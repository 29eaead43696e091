import { afterEach, describe, expect, it } from 'vitest';
import { Stage, web, wrap } from './stage.ts';

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

async function open(): Promise<Stage> {
  stage = await Stage.open((image) => web(image));
  stage.push('web', '1.0.0', '1.1.0');
  return stage;
}

describe('pushing', () => {
  it('recomputes after a lost race, so that a person’s edit survives', async () => {
    const opened = await open();
    const before = await opened.file('prod/web.yaml');
    let raced = false;
    wrap(opened, async (base, drafts) => {
      if (!raced) {
        raced = true;
        await opened.commit({ 'prod/web.yaml': before.replace('# web, by hand', '# web, still by hand') });
      }
      return opened.repository.publish(base, drafts);
    });
    expect(await opened.run()).toMatchObject({ outcome: 'released' });
    expect(opened.events).toContainEqual({ kind: 'raced', repository: 'fleet', attempt: 1 });
    const text = await opened.file('prod/web.yaml');
    expect(text).toContain('still by hand');
    expect(text).toContain('acme/web:1.1.0"');
  });

  it('honours a hold that lands between fetch and push', async () => {
    const opened = await open();
    let raced = false;
    wrap(opened, async (base, drafts) => {
      if (!raced) {
        raced = true;
        const policy = await opened.file('prod/policy.yaml');
        await opened.commit({ 'prod/policy.yaml': `${policy}  hold: {reason: stop, by: ann}\n` });
      }
      return opened.repository.publish(base, drafts);
    });
    expect(await opened.run()).toMatchObject({ outcome: 'unchanged' });
    expect(await opened.file('prod/web.yaml')).toContain('acme/web:1.0.0"');
  });

  it.each([
    ['moved 6 times', undefined],
    ['the lock of main was still held at the last of 6 tries (main.lock exists)', 'main.lock exists'],
  ])('gives up a race that it always loses, and says so: %s', async (words, locked) => {
    const opened = await open();
    const raced = { kind: 'raced' as const };
    const publishes = wrap(opened, async () => (locked === undefined ? raced : { ...raced, locked }));
    const result = await opened.run();
    expect(result).toMatchObject({
      outcome: 'refused',
      words: expect.stringContaining(words) as string,
      plan: { commits: [{}] },
    });
    expect(publishes()).toBe(6);
  });

  it('does not ask again at once where the remote refused, but after an hour or a new commit', async () => {
    const opened = await open();
    const publishes = wrap(opened, async () => ({ kind: 'refused', words: 'protected branch' }));
    expect(await opened.run()).toMatchObject({ outcome: 'refused', words: 'protected branch' });
    expect(await opened.run()).toMatchObject({ outcome: 'refused', words: 'protected branch' });
    expect(publishes()).toBe(1);
    opened.now += 3_600_001;
    await opened.run();
    expect(publishes()).toBe(2);
    await opened.commit({
      'prod/web.yaml': (await opened.file('prod/web.yaml')).replace('by hand', 'by hands'),
    });
    await opened.run();
    expect(publishes()).toBe(3);
    // Somebody puts a wrong clock right.
    opened.now -= 24 * 3_600_000;
    await opened.run();
    expect(publishes()).toBe(4);
  });
});
