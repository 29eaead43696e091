import { afterEach, describe, expect, it } from 'vitest';
import { git } from '../git/git.ts';
import { makeCommit } from '../git/make-commit.ts';
import { gates, openChain, tag } from './chain.ts';
import { titles, type Stage } from './stage.ts';

const hour = 3_600_000;
const staging = 'staging/web.yaml';

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

async function open(pick: string): Promise<Stage> {
  const on = (stage = await openChain({ promote: `from: web-staging, soak: 2h, pick: ${pick}` }));
  on.now += 5 * hour;
  await on.run();
  on.put('web', '1.1.0', 'x');
  return on;
}

/** A person commits, by a clock that tells this time. */
async function commitAt(on: Stage, at: number, files: Readonly<Record<string, string>>): Promise<void> {
  const { commit } = await on.repository.sync();
  const made = makeCommit(on.path, { files, message: 'By hand\n', parents: [commit], at });
  git(on.path, 'update-ref', 'refs/heads/main', made, commit);
}

async function toStaging(on: Stage, at: number): Promise<void> {
  await commitAt(on, at, { [staging]: (await on.file(staging)).replace(/1\.0\.0[^"]*/, '1.1.0') });
}

describe.each(['current', 'soaked'])('soak, where a clock was wrong, with pick %s', (pick) => {
  it('counts from a time that has not come yet, and says so', async () => {
    const on = await open(pick);
    await toStaging(on, on.now + 3 * hour);
    const waiting = await on.run();
    expect(titles(waiting)).toEqual([]);
    // The newest that soaked is the one that prod has.
    const told =
      'source: the commit that brought 1.1.0 to web-staging is dated 2026-11-21T17:00:00Z, which has not come yet, so the clock of whoever made it was wrong; soak counts from there, and it may follow at 2026-11-21T19:00:00Z (tallyman promote takes it without waiting)';
    expect(gates(waiting)).toEqual(pick === 'soaked' ? [] : [told]);
    on.now += 5 * hour;
    on.forget();
    expect(titles(await on.run())).toEqual(['web-prod']);
  });

  it('waits for good where the date is later than there are days for', async () => {
    const on = await open(pick);
    await toStaging(on, 8_700_000_000_000_000);
    const waiting = await on.run();
    expect(titles(waiting)).toEqual([]);
    expect(gates(waiting).join()).toMatch(
      pick === 'soaked' ? /^$/ : /is dated \+275760-09-13T00:00:00Z, which/,
    );
  });

  it('counts no time from before the commits that the branch had already', async () => {
    const on = await open(pick);
    on.now += hour;
    await commitAt(on, on.now, { 'notes.txt': 'in time\n' });
    for (const at of [Date.parse('2001-01-01'), on.now - 4 * hour])
      await commitAt(on, at, { 'notes.txt': `${at}\n` });
    await toStaging(on, on.now - 3 * hour);
    expect(titles(await on.run())).toEqual([]);
    on.now += 2 * hour;
    on.forget();
    expect(titles(await on.run())).toEqual(['web-prod']);
    expect(await tag(on, 'prod')).toBe('1.1.0');
  });

  it('is not held up by an older commit from a time that has not come yet', async () => {
    const on = await open(pick);
    await commitAt(on, Date.parse('2038-01-01'), { 'notes.txt': 'from afar\n' });
    await on.run();
    expect(await tag(on, 'staging')).toBe('1.1.0');
    on.now += 2 * hour;
    on.forget();
    expect(titles(await on.run())).toEqual(['web-prod']);
  });
});
