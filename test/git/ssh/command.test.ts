import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { serviceCommand } from '../../../src/git/ssh/command.ts';

it('quotes the path as git does', () => {
  expect(serviceCommand('git-upload-pack', '/srv/a b.git')).toBe("git-upload-pack '/srv/a b.git'");
  expect(serviceCommand('git-upload-pack', "it's!")).toBe(String.raw`git-upload-pack 'it'\''s'\!''`);
});

it('gives a shell one argument, whatever stands in the path', () => {
  const odd = fc.string({
    unit: fc.constantFrom(...Array.from(`'"\\$\`!;&|()<>*?~ #{}[]=%-\nax`)),
    maxLength: 20,
  });
  const paths = [
    ...fc.sample(odd, { numRuns: 300, seed: 7 }),
    "'; touch pwned; '",
    '$(id)',
    '`id`',
    '~',
    '-x',
  ];
  const script = paths.map((path) => serviceCommand('git-upload-pack', path)).join('\n');
  const out = execFileSync('sh', [
    '-c',
    `git-upload-pack() { printf '%s\\0' "$#" "$1"; }\n${script.replaceAll('git-upload-pack ', 'git_up ')}`.replace(
      'git-upload-pack()',
      'git_up()',
    ),
  ]);
  const words = out.toString().split('\0').slice(0, -1);
  expect(words.filter((_, index) => index % 2 === 0)).toEqual(paths.map(() => '1'));
  expect(words.filter((_, index) => index % 2 === 1)).toEqual(paths);
});
