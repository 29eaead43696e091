import { pullRequest, type Scenario } from './scenario.ts';

export function merges(): Scenario[] {
  return [
    {
      label: 'a merge commit: what the branch never held does not count',
      act: async (on) => {
        await pullRequest(on);
        await on.git('merge', '--quiet', '--no-ff', '--message', 'Merge pull request #12', 'topic');
      },
      history: ['1.0.0 -> 1.2.0'],
      next: null,
    },
    {
      label: 'a merge commit that is reverted',
      act: async (on) => {
        await pullRequest(on);
        await on.git('merge', '--quiet', '--no-ff', '--message', 'Merge pull request #12', 'topic');
        await on.git('revert', '--no-edit', '--mainline', '1', 'HEAD');
      },
      history: ['1.0.0 -> 1.2.0'],
      next: null,
    },
    {
      label: 'a merge that decided otherwise',
      act: async (on) => {
        await pullRequest(on);
        await on.git('merge', '--quiet', '--no-ff', '--strategy', 'ours', '--message', 'Not now', 'topic');
      },
      // It was never on the branch, and whoever merged it said no.
      history: [],
      next: null,
    },
    {
      label: 'a merge whose own message repeats both records',
      act: async (on) => {
        const [first, second] = await pullRequest(on);
        await on.git('merge', '--quiet', '--no-ff', '--message', `Merge\n\n${second}\n${first}`, 'topic');
      },
      history: ['1.0.0 -> 1.2.0'],
      next: null,
    },
    {
      label: 'a rebase merge, with new ids',
      act: async (on) => {
        await pullRequest(on);
        await on.commit('Something else', { README: 'else\n' });
        await on.git('cherry-pick', 'main..topic');
      },
      history: ['1.1.0 -> 1.2.0', '1.0.0 -> 1.1.0'],
      next: null,
    },
    {
      label: 'a person’s git pull of a release that was taken back',
      act: async (on) => {
        await on.git('branch', 'person');
        await on.release('1.0.0', '1.2.0');
        await on.git('revert', '--no-edit', 'HEAD');
        await on.push();
        await on.git('switch', '--quiet', 'person');
        await on.commit('Something else', { README: 'else\n' });
        // The person's branch is called main as well: what was the branch comes second.
        await on.git('branch', '--quiet', '--force', 'main', 'person');
        await on.git('switch', '--quiet', 'main');
        await on.git('pull', '--quiet', '--no-rebase', '--no-edit', 'origin', 'main');
      },
      history: ['1.0.0 -> 1.2.0'],
      next: null,
    },
    {
      label: 'a pull request that is updated from the branch, and then merged',
      act: async (on) => {
        await pullRequest(on);
        await on.commit('Something else', { README: 'else\n' });
        await on.git('switch', '--quiet', 'topic');
        await on.git('merge', '--quiet', '--no-edit', 'main');
        await on.git('switch', '--quiet', 'main');
        await on.git('merge', '--quiet', '--no-ff', '--message', 'Merge pull request #12', 'topic');
      },
      history: ['1.0.0 -> 1.2.0'],
      next: null,
    },
    {
      label: 'a merge of several branches at once',
      act: async (on) => {
        await pullRequest(on);
        await on.git('switch', '--quiet', '--create', 'other', 'main');
        await on.commit('Something else', { README: 'else\n' });
        await on.git('switch', '--quiet', 'main');
        await on.git('merge', '--quiet', '--no-ff', '--message', 'Merge both', 'topic', 'other');
        await on.git('revert', '--no-edit', '--mainline', '1', 'HEAD');
      },
      history: ['1.0.0 -> 1.2.0'],
      next: null,
    },
    {
      label: 'a record that a later commit repeats',
      act: async (on) => {
        const message = await on.release('1.0.0', '1.1.0');
        await on.commit(`Tell of it again\n\n${message}`, { README: 'again\n' });
      },
      history: ['1.0.0 -> 1.1.0'],
      next: '1.2.0',
    },
  ];
}

/** Records of other branches. */
export function foreigners(): Scenario[] {
  return [
    {
      label: 'a merge of another environment’s branch',
      act: async (on) => {
        await on.git('switch', '--quiet', '--create', 'staging');
        await on.release('1.0.0', '1.1.0', { branch: 'staging', env: 'staging' });
        await on.git('switch', '--quiet', 'main');
        await on.git('merge', '--quiet', '--no-ff', '--no-edit', 'staging');
      },
      history: [],
      next: '1.2.0',
    },
    {
      label: 'a merge of another environment’s branch that is taken back',
      act: async (on) => {
        await on.git('switch', '--quiet', '--create', 'staging');
        await on.release('1.0.0', '1.2.0', { branch: 'staging', env: 'staging' });
        await on.git('switch', '--quiet', 'main');
        await on.git('merge', '--quiet', '--no-ff', '--no-edit', 'staging');
        await on.git('revert', '--no-edit', '--mainline', '1', 'HEAD');
      },
      history: [],
      next: null,
    },
    {
      label: 'a cherry-pick from another branch',
      act: async (on) => {
        await on.git('switch', '--quiet', '--create', 'next');
        await on.release('1.0.0', '1.1.0', { branch: 'next' });
        await on.git('switch', '--quiet', 'main');
        await on.git('cherry-pick', '-x', 'next');
      },
      history: [],
      next: '1.2.0',
    },
  ];
}
