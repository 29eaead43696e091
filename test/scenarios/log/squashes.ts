import type { Ledger } from '../ledger.ts';
import { pullRequest, type Scenario } from './scenario.ts';

/** Only what the field held at the squash counts, from what the branch left; then a person takes it back. */
export function squashes(): Scenario[] {
  const decorations: readonly [label: string, message: (parts: readonly [string, string]) => string][] = [
    [
      'GitHub, a list of commits',
      (parts) =>
        `Release web (#12)\n\n${parts.map((part) => `* ${part.trimEnd()}\n`).join('\n')}\n---------\n\n${coAuthored}\n`,
    ],
    [
      'GitHub, wrapped at 72 columns',
      (parts) => `Release web (#12)\n\n${parts.map((part) => wrapped(`* ${part}`)).join('\n')}`,
    ],
    ['GitHub, one commit', ([, last]) => `${last.replace('\n', ' (#12)\n').trimEnd()}\n\n${coAuthored}\n`],
    [
      'GitLab, all commits',
      (parts) =>
        `Release web\n\n${parts.map((part) => `* ${part.trimEnd().replaceAll('\n', '\n  ')}\n`).join('\n')}\nSee merge request acme/fleet!12\n`,
    ],
    [
      'git merge --squash',
      (parts) =>
        `Squashed commit of the following:\n\n${parts.map((part) => `commit 0\nAuthor: A <a@b.c>\n\n${part.trimEnd().replaceAll(/^/gm, '    ')}\n`).join('\n')}`,
    ],
    ['CRLF', (parts) => parts.join('\n').replaceAll('\n', '\r\n')],
  ];
  const table = decorations.map(([label, message]): Scenario => ({
    label: `a squash, ${label}, and a revert`,
    act: async (on) => {
      await squash(on, message);
      await on.git('revert', '--no-edit', 'HEAD');
    },
    history: ['1.0.0 -> 1.2.0'],
    next: null,
  }));
  return [
    ...table,
    {
      label: 'a squash that keeps the title alone, and a revert',
      act: async (on) => {
        await squash(on, () => 'Release web\n\nSee merge request acme/fleet!12\n');
        await on.git('revert', '--no-edit', 'HEAD');
      },
      history: [],
      next: null,
    },
  ];
}

async function squash(on: Ledger, message: (parts: readonly [string, string]) => string): Promise<void> {
  const messages = await pullRequest(on);
  await on.git('merge', '--quiet', '--squash', 'topic');
  await on.commit(message(messages));
}

const coAuthored = 'Co-authored-by: Bot <bot@users.noreply.forge.invalid>';

/** As a forge wraps a message: at blanks, at 72 columns. */
function wrapped(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replaceAll(/(?=.{73})(.{1,72}) /g, '$1\n'))
    .join('\n');
}
