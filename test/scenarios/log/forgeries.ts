import type { ReleaseRecord } from '../../../src/release/model.ts';
import { renderRecord } from '../../../src/release/record.ts';
import type { Ledger } from '../ledger.ts';
import { deployment } from '../world.ts';
import type { Scenario } from './scenario.ts';

export function forgeries(): Scenario[] {
  return [
    {
      label: 'a record of a value that the field never had',
      act: async (on) => on.commit(`Look at this\n\n${line(on, '1.9.0')}`, { README: 'x\n' }),
      history: [],
      next: '1.2.0',
    },
    {
      label: 'a record as the subject of a commit',
      act: async (on) => on.commit(line(on, '1.9.0'), { README: 'x\n' }),
      history: [],
      next: '1.2.0',
    },
    {
      label: 'a record in the content of a file',
      act: async (on) => on.commit('Add a note', { README: `${line(on, '1.9.0')}\n` }),
      history: [],
      next: '1.2.0',
    },
    {
      label: 'a record of a field that nobody has',
      act: async (on) => on.commit(line(on, '1.9.0', { field: 'prod/none.yaml#/image' })),
      history: [],
      next: '1.2.0',
    },
    {
      label: 'a record of what the field held before already',
      act: async (on) => on.commit(`Claim it\n\n${line(on, '1.0.0', { policy: 'mine' })}`),
      history: [],
      next: '1.2.0',
    },
    {
      label: 'a lift of a value that the field never had',
      act: async (on) => {
        await on.release('1.0.0', '1.2.0');
        await on.git('revert', '--no-edit', 'HEAD');
        await on.commit(`Lift\n\n${line(on, '1.9.0', { intent: 'lift' })}`);
      },
      history: ['1.0.0 -> 1.2.0'],
      next: null,
    },
    {
      label: 'a lift that counts',
      act: async (on) => {
        await on.release('1.0.0', '1.2.0');
        await on.git('revert', '--no-edit', 'HEAD');
        await on.commit(`Lift\n\n${line(on, '1.0.0', { intent: 'lift' })}`);
      },
      history: ['1.0.0 -> 1.0.0', '1.0.0 -> 1.2.0'],
      next: '1.2.0',
    },
    {
      label: 'a lift that another branch’s commit brings along',
      act: async (on) => {
        await on.release('1.0.0', '1.2.0');
        await on.git('revert', '--no-edit', 'HEAD');
        await on.commit(`Lift\n\n${line(on, '1.0.0', { intent: 'lift', branch: 'next' })}`);
      },
      history: ['1.0.0 -> 1.2.0'],
      next: null,
    },
    {
      label: 'a record in a message of 50,000 lines',
      act: async (on) => {
        const text = `${'some words that mean nothing\n'.repeat(25_000)}${on.message('1.0.0', '1.1.0')}`;
        await on.write({ message: `Long\n\n${text}${'> quoted words\n'.repeat(25_000)}` });
        await on.write({ 'prod/web.yaml': deployment('web', `${on.image('web')}:1.1.0`) });
        await on.git('add', 'prod');
        await on.git('commit', '--quiet', '--cleanup=verbatim', '--file', 'message');
      },
      history: ['1.0.0 -> 1.1.0'],
      next: '1.2.0',
    },
    {
      label: 'thousands of forged records before a true one',
      act: async (on) => {
        await on.release('1.0.0', '1.2.0');
        await on.git('revert', '--no-edit', 'HEAD');
        await on.write({ message: `Flood\n\n${`${line(on, '1.9.0')}\n`.repeat(1500)}` });
        await on.git('commit', '--quiet', '--allow-empty', '--cleanup=verbatim', '--file', 'message');
      },
      history: ['1.0.0 -> 1.2.0'],
      next: null,
    },
    {
      label: 'a forged record beside a step back by hand: the file’s own history decides',
      act: async (on) => {
        await on.commit('By hand', { 'prod/web.yaml': deployment('web', `${on.image('web')}:1.2.0`) });
        await on.commit('Back by hand', { 'prod/web.yaml': deployment('web', `${on.image('web')}:1.0.0`) });
        await on.commit(`Nothing to see\n\n${line(on, '1.1.5')}`);
      },
      history: [],
      next: null,
    },
  ];
}

function line(on: Ledger, to: string, change: Partial<ReleaseRecord> = {}): string {
  return renderRecord(on.record('1.0.0', to, change));
}
