import { afterEach, expect, it } from 'vitest';
import { messages, openChain, tag } from './chain.ts';
import { lift, release, rollback } from './orders.ts';
import { titles, type Stage } from './stage.ts';

const hour = 3_600_000;

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

/** Staging came to 1.1.0 for too short a time, and to 1.2.0, which prod has as well. */
async function open(source: string): Promise<Stage> {
  const on = (stage = await openChain({ source, promote: 'from: web-staging, soak: 2h' }));
  on.now += 3 * hour;
  await on.run();
  for (const version of ['1.1.0', '1.2.0']) {
    on.now += hour;
    on.put('web', version, version);
    await on.run();
  }
  on.now += 3 * hour;
  await on.run();
  expect([await tag(on, 'staging'), await tag(on, 'prod')]).toEqual(['1.2.0', '1.2.0']);
  return on;
}

it.each(['semver: "*"', 'newest: {}'])(
  'a source that goes back to what the target never held does not move it: %s',
  async (source) => {
    const on = await open(source);
    await rollback(on, { policy: 'web-staging' });
    expect(await tag(on, 'staging')).toBe('1.1.0');
    on.now += 3 * hour;
    on.forget();
    expect(titles(await on.run())).toEqual([]);
    expect(await tag(on, 'prod')).toBe('1.2.0');
    // What comes next is promoted as ever.
    on.put('web', '1.3.0', 'z');
    await on.run();
    on.now += 3 * hour;
    await on.run();
    expect(await tag(on, 'prod')).toBe('1.3.0');
  },
);

it('what was taken back at a source without an order is promoted once it came to it again', async () => {
  const on = await open('newest: {}');
  await rollback(on, { policy: 'web-prod', to: '1.0.0' });
  await lift(on, { policies: ['web-prod'] });
  await rollback(on, { policy: 'web-staging' });
  on.now += 3 * hour;
  await on.run();
  expect(await tag(on, 'prod')).toBe('1.1.0');
  await release(on, '1.2.0', { policy: 'web-staging' });
  on.now += 3 * hour;
  on.forget();
  await on.run();
  expect(await tag(on, 'prod')).toBe('1.2.0');
});

it('a source that follows one tag by its digest says that it cannot be promoted', async () => {
  const on = (stage = await openChain({ source: 'digest: {tag: stable}' }));
  on.put('web', 'stable', 'one');
  await on.run();
  expect(messages(await on.run())).toEqual([
    'web-prod elects nothing: web-staging follows the one tag stable by its digest, and what is promoted is told by its tag; give the images tags of their own, and let web-staging elect among those',
  ]);
  expect(await tag(on, 'prod')).toBe('1.0.0');
});
