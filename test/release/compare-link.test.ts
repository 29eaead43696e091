import { describe, expect, it } from 'vitest';
import { compareLink } from '../../src/release/compare-link.ts';

const [from, to] = ['a'.repeat(40), 'b'.repeat(40)];

describe('a link to what changed', () => {
  const forms: readonly [source: string, expected: string][] = [
    ['https://github.com/acme/web', `https://github.com/acme/web/compare/${from}...${to}`],
    ['https://github.com/acme/web.git', `https://github.com/acme/web/compare/${from}...${to}`],
    ['https://github.com/acme/web/tree/main/api', `https://github.com/acme/web/compare/${from}...${to}`],
    ['https://github.com/tree/web', `https://github.com/tree/web/compare/${from}...${to}`],
    ['https://git.acme.test/blob/tree', `https://git.acme.test/blob/tree/compare/${from}...${to}`],
    ['https://gitlab.com/a/b/c', `https://gitlab.com/a/b/c/-/compare/${from}...${to}`],
    ['https://gitlab.com/a/b/c/-/tree/main/x', `https://gitlab.com/a/b/c/-/compare/${from}...${to}`],
    ['https://codeberg.org/acme/gitlab', `https://codeberg.org/acme/gitlab/compare/${from}...${to}`],
    ['https://bitbucket.org/acme/web', `https://bitbucket.org/acme/web/branches/compare/${to}%0D${from}`],
    [
      'https://dev.azure.com/acme/shop/_git/web',
      `https://dev.azure.com/acme/shop/_git/web/branchCompare?baseVersion=GC${from}&targetVersion=GC${to}`,
    ],
  ];
  it.each(forms)('%s', (source, expected) => {
    expect(compareLink(source, from, to)).toBe(expected);
  });

  const none: readonly [label: string, source: string | undefined, from: string | undefined, to: string][] = [
    ['no source', undefined, from, to],
    ['ssh', 'git@github.com:acme/web.git', from, to],
    ['a password', 'https://a:b@github.com/acme/web', from, to],
    ['a line break', 'https://github.com/a\n/b', from, to],
    ['an angle bracket', 'https://github.com/a>b', from, to],
    ['no old revision', 'https://github.com/acme/web', undefined, to],
    ['a branch', 'https://github.com/acme/web', 'main', to],
    ['one revision', 'https://github.com/acme/web', to, to],
  ];
  it.each(none)('none for %s', (_, source, old, now) => {
    expect(compareLink(source, old, now)).toBeUndefined();
  });
});
