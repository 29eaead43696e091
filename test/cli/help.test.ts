import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { tallyman } from './harness.ts';

const root = new URL('../../', import.meta.url);
const commands = [
  'run',
  'demo',
  'plan',
  'explain',
  'status',
  'history',
  'lint',
  'elect',
  'edit',
  'convert',
  'schema',
];

describe('help', () => {
  it('is what the plain entry prints without loading anything', async () => {
    const { stdout, exit } = await tallyman(['--help']);
    expect(exit).toBe(0);
    expect(await readFile(new URL('bin/help.txt', root), 'utf8')).toBe(stdout);
  });

  it.each(commands)('of %s goes to standard output with exit 0', async (command) => {
    const { stdout, stderr, exit } = await tallyman([command, '--help']);
    expect(stdout).toContain(`Usage: tallyman ${command}`);
    expect(stdout).not.toContain('default: false');
    expect([stderr, exit]).toEqual(['', 0]);
  });

  it.each(commands)('and the documents name %s', async (command) => {
    expect(await readFile(new URL('README.md', root), 'utf8')).toContain(`| \`${command}`);
    if (command === 'demo') return;
    expect(await readFile(new URL('docs/commands.md', root), 'utf8')).toMatch(
      new RegExp(`^## \`${command}`, 'm'),
    );
  });
});

describe('wrong usage', () => {
  const cases: readonly [args: string, message: string][] = [
    ['', 'error: no command is given. "tallyman --help" shows what there is.\n'],
    [
      'lnt',
      'error: unknown command \'lnt\' (did you mean "lint"?). "tallyman --help" shows what there is.\n',
    ],
    [
      'plan --drr x',
      'error: unknown option \'--drr\' (did you mean "--dir"?). "tallyman plan --help" shows what there is.\n',
    ],
    ['explain', 'error: explain needs a policy. "tallyman explain --help" shows what there is.\n'],
    ['edit', 'error: edit needs --dir DIR. "tallyman edit --help" shows what there is.\n'],
    ['elect', 'error: elect needs --policy FILE. "tallyman elect --help" shows what there is.\n'],
    ['run --dry-run', 'error: --dry-run goes with --once.\n'],
    ['run --fail-on never', 'error: --fail-on goes with --once.\n'],
    ['schema imagepolcy', 'error: There is no schema "imagepolcy" (did you mean "imagepolicy"?).\n'],
    [
      'lint --dir /nonexistent-folder',
      'error: --dir /nonexistent-folder does not exist; expected the folder of a checkout.\n',
    ],
    ['edit --dir . --set web', 'error: --set "web" is not POLICY=REF, such as web=ghcr.io/acme/web:1.4.3.\n'],
    [
      'edit --dir . --set web=x:1:2',
      'error: --set: policy web: "x:1:2" is no image reference; expected repo:tag[@digest].\n',
    ],
    ['edit --dir . --set web=x', 'error: --set: policy web: "x" has no tag; expected repo:tag[@digest].\n'],
    [
      'edit --dir . --set web=x:1 --set web=x:2',
      'error: --set names the policy web twice, with x:1 and x:2; say once what it elects.\n',
    ],
    ['edit --dir .', 'error: edit needs --set POLICY=REF or --images FILE: what is elected.\n'],
  ];

  it.each(cases)('%s', async (args, message) => {
    const list = args.split(' ').filter((word) => word !== '');
    const result = await tallyman(list);
    expect(result).toEqual({ exit: 2, stdout: '', stderr: message });
  });

  it('with -o json is one document on standard output', async () => {
    const result = await tallyman(['plan', '--drr', 'x', '-o', 'json']);
    expect(result.exit).toBe(2);
    expect(JSON.parse(result.stdout)).toMatchObject({
      schema: 'tallyman.dev/plan/v1',
      error: { code: 'usage', message: expect.stringContaining("unknown option '--drr'") as string },
    });
    expect(result.stderr).toBe('');
  });
});
