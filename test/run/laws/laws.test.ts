import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { LoggedCommit } from '../../../src/release/log.ts';
import { act, policies, type Act, type Name } from './acts.ts';
import { Play, type Releases } from './play.ts';

/** The two laws and the mark of product.md (6.2), over scripted histories: every run of a script is looked at. */
const scripts = fc.array(act, { minLength: 15, maxLength: 30 });
const runs = { seed: 11, numRuns: 7 };

it('what a field has held is never released again, whatever of state and history is lost or forged', async () => {
  const seen = { released: 0, stopped: 0 };
  await fc.assert(
    fc.asyncProperty(scripts, fc.boolean(), async (script, pins) => {
      const play = await Play.open(pins);
      try {
        const wrong: string[] = [];
        let isLifted = false;
        for (const [index, one] of script.entries()) {
          if (one.kind === 'run') wrong.push(...(await violations(play, one, index, isLifted, seen)));
          else await play.act(one);
          isLifted ||= one.kind === 'lift';
        }
        expect(wrong).toEqual([]);
      } finally {
        await play.close();
      }
    }),
    runs,
  );
  // Or nothing was tested.
  expect(seen.released).toBeGreaterThan(5);
  expect(seen.stopped).toBeGreaterThan(2);
}, 60_000);

/** What is wrong with one run, told in words. */
async function violations(
  play: Play,
  run: Act,
  index: number,
  isLifted: boolean,
  seen: { released: number; stopped: number },
): Promise<readonly string[]> {
  const before = { web: [...play.held.web], api: [...play.held.api] };
  const held = { ...play.isHeld };
  const fresh = await play.plan(false);
  const forged = await play.plan(false, play.forged);
  const bare = await play.plan(false, stripped);
  const short = await play.plan(false, (log) => log.slice(0, index % 5));
  const made = await play.act(run);
  const wrong: string[] = [];
  const law = (name: Name, holds: boolean, text: string): void => {
    if (!holds)
      wrong.push(`${name}: ${text}: ${JSON.stringify({ before, made, fresh, forged, bare, short })}`);
  };
  for (const name of policies) {
    const present = before[name].at(-1);
    /** A digest that is added to the tag there is no other version. */
    const moved = (releases: Releases): number | undefined =>
      releases[name] === present ? undefined : releases[name];
    const version = moved(made);
    law(name, made[name] === fresh[name], 'state that is lost changes a release');
    law(name, made[name] === forged[name], 'a lie in a message changes a release');
    // Without records the files tell; only a lift is not known from them.
    law(name, moved(bare) === undefined || moved(bare) === version, 'a record stopped what the files do not');
    // Which version a digest alone is, history tells.
    if (name === 'web') {
      law(name, isLifted || moved(bare) === version, 'a record changes a release');
      law(name, version === undefined || short.web === version, 'history causes a release');
    }
    if (moved(short) !== undefined && version === undefined) seen.stopped++;
    if (version === undefined) continue;
    seen.released++;
    law(name, play.held[name].at(-1) === version, 'something else was written than was planned');
    law(name, version > Math.max(...before[name]), 'what was held before is released');
    law(name, !held[name], 'what is held moves');
  }
  return wrong;
}

/** Messages without records, as some squash them. */
function stripped(log: readonly LoggedCommit[]): readonly LoggedCommit[] {
  return log.map((commit) => ({
    ...commit,
    message: commit.message.replaceAll(/^.*Tallyman-Release:.*$/gm, ''),
  }));
}

/** Hours go by, a version is pushed, or one of two processes forgets everything. */
const hours = fc.oneof(
  { weight: 4, arbitrary: fc.record({ hours: fc.integer({ min: 6, max: 20 }) }) },
  { weight: 2, arbitrary: fc.record({ push: fc.integer({ min: 1, max: 30 }) }) },
  { weight: 1, arbitrary: fc.constant({ forget: true as const }) },
);

it('state that is lost delays what must be old enough, and changes nothing in the end', async () => {
  let delayed = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(hours, { minLength: 20, maxLength: 30 }), async (script) => {
      const keeps = await Play.open(false, '24h');
      const forgets = await Play.open(false, '24h');
      try {
        for (const one of [...script, { hours: 25 }, { hours: 25 }]) {
          for (const play of [keeps, forgets]) {
            if ('push' in one) play.push('web', one.push);
            else if ('hours' in one) play.on.now += one.hours * 3_600_000;
            else if (play === forgets) play.on.forget();
            await play.run();
          }
        }
        expect(isPart(forgets.held.web, keeps.held.web)).toBe(true);
        expect(forgets.held.web.at(-1)).toBe(keeps.held.web.at(-1));
        if (forgets.held.web.length < keeps.held.web.length) delayed++;
      } finally {
        await keeps.close();
        await forgets.close();
      }
    }),
    { seed: 5, numRuns: 5 },
  );
  expect(delayed).toBeGreaterThan(1);
}, 60_000);

/** Whether some values are among others, in the same order. */
function isPart(some: readonly number[], all: readonly number[]): boolean {
  let at = 0;
  for (const value of all) if (value === some[at]) at++;
  return at === some.length;
}
