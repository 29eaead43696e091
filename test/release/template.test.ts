import { describe, expect, it } from 'vitest';
import { renderMessage } from '../../src/release/message.ts';
import { parseRecords } from '../../src/release/record.ts';
import { checkTemplate } from '../../src/release/template.ts';
import { record } from './samples.ts';

const release = { record: record(), file: 'clusters/prod/web.yaml', line: 3 };

describe('the template of a commit message', () => {
  it('takes the place of subject and paragraphs, never of the records', () => {
    const message = renderMessage(
      { title: 'web', releases: [release] },
      'chore: {{ policies }} in {{environments}} [skip ci]\n\n{{changes}}\n\n{{subject}}',
    );
    expect(message.split('\n')[0]).toBe(`chore: ${record().policy} in ${record().env} [skip ci]`);
    expect(message).toContain('\nrelease(web): 1.4.2 -> 1.5.0\n');
    expect(parseRecords(message).records).toEqual([record()]);
  });

  it('puts values in once: a value that looks like a placeholder stays text', () => {
    const message = renderMessage({ title: '{{changes}}', releases: [release] }, '{{title}}');
    expect(message.split('\n')[0]).toBe('{{changes}}');
  });

  it.each([
    ['{{subject}}', undefined],
    ['no placeholder', undefined],
    ['{{ subjet }}', '{{ subjet }} names nothing that a message has (did you mean "subject"?)'],
    [
      '{{commit.author}}',
      '{{commit.author}} names nothing that a message has; known are subject, changes, title, policies, environments',
    ],
  ])('checks %s', (template, expected) => {
    expect(checkTemplate(template)).toBe(expected);
  });
});
