import { afterEach, expect, it } from 'vitest';
import { describePeer } from '../peers/require.ts';
import { Ledger } from './ledger.ts';
import { forgeries } from './log/forgeries.ts';
import { foreigners, merges } from './log/merges.ts';
import { movers } from './log/moves.ts';
import type { Scenario } from './log/scenario.ts';
import { squashes } from './log/squashes.ts';
import { deployment } from './world.ts';

let ledger: Ledger | undefined;
afterEach(async () => {
  await ledger?.close();
  ledger = undefined;
});

async function open(files?: Parameters<typeof Ledger.open>[0]): Promise<Ledger> {
  ledger = await Ledger.open(files);
  return ledger;
}

/** Then time goes on. */
async function releaseAndRevert(on: Ledger): Promise<void> {
  await on.release('1.0.0', '1.2.0');
  await on.git('revert', '--no-edit', 'HEAD');
  on.skip(400 * 86_400);
  await on.commit('Something else', { README: 'else\n' });
}

describePeer('git', 'the release log after', () => {
  const scenarios: readonly Scenario[] = [
    {
      label: 'a release',
      act: async (on) => void (await on.release('1.0.0', '1.1.0')),
      history: ['1.0.0 -> 1.1.0'],
      next: '1.2.0',
    },
    {
      label: 'git revert',
      act: async (on) => {
        await on.release('1.0.0', '1.2.0');
        await on.git('revert', '--no-edit', 'HEAD');
      },
      history: ['1.0.0 -> 1.2.0'],
      next: null,
    },
    {
      label: 'a step forward and back by hand after a release',
      act: async (on) => {
        await on.release('1.0.0', '1.1.0');
        await on.commit('By hand', { 'prod/web.yaml': deployment('web', `${on.image('web')}:1.2.0`) });
        await on.commit('Back by hand', { 'prod/web.yaml': deployment('web', `${on.image('web')}:1.1.0`) });
      },
      history: ['1.0.0 -> 1.1.0'],
      next: null,
    },
    {
      label: 'a release that is older than a year, and was taken back then',
      act: async (on) => {
        on.skip(-400 * 86_400);
        // All that is behind it is as old.
        await on.git('commit', '--quiet', '--amend', '--no-edit');
        await releaseAndRevert(on);
      },
      history: [],
      next: '1.2.0',
    },
    {
      label: 'a release on a machine whose clock was a year behind, that was taken back there',
      act: async (on) => {
        on.skip(-400 * 86_400);
        await releaseAndRevert(on);
      },
      history: ['1.0.0 -> 1.2.0'],
      next: null,
    },
    ...squashes(),
    ...merges(),
    ...foreigners(),
    ...movers(),
    ...forgeries(),
  ];

  it.each(scenarios)('$label', async ({ files, act, history, next }) => {
    const on = await open(files);
    await act(on);
    await on.push();
    expect(await on.history()).toEqual(history);
    expect(await on.next()).toBe(next);
  });
});
