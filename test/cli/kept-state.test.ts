import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deployment, policyFile } from '../scenarios/world.ts';
import { tallyman, type CliResult } from './harness.ts';
import { House } from './house.ts';

const hour = 3_600_000;
let house: House;

beforeEach(async () => {
  house = await House.open((image) => ({
    'prod/web.yaml': deployment('web', `${image('web')}:1.0.0`),
    'prod/policy.yaml': policyFile('web', image('web'), 'semver: "^1"', '  minAge: 1h\n'),
  }));
  house.push('web', '1.0.0', '1.1.0');
});
afterEach(() => house.close());

const commands = [
  ['plan', ['plan', '--dir', 'checkout']],
  ['explain', ['explain', 'web', '--dir', 'checkout']],
] as const;

async function runLater(...args: readonly string[]): Promise<CliResult> {
  return tallyman(args, { directory: house.directory, now: () => Date.now() + 2 * hour });
}

describe.each(commands)('the state of earlier runs, for %s --dir', (_, args) => {
  it('is not made where there is none', async () => {
    const result = await house.run(...args);
    expect(result).toMatchObject({ exit: 1, stderr: expect.not.stringContaining('state') as string });
    expect(await readdir(house.directory)).not.toContain('state');
  });

  it('is read where it cannot be written, which is said', async () => {
    await house.run('run', '--once');
    const path = join(house.directory, 'state/state.sqlite');
    const before = await readFile(path);
    // SQLite cannot make the files that it needs for writing, as in a folder of somebody else.
    for (const suffix of ['-wal', '-shm']) await mkdir(`${path}${suffix}`);
    const result = await runLater(...args);
    expect(result.stdout).toContain('1.1.0');
    expect(result.exit).toBe(0);
    expect(result.stderr).toContain(
      `Note: the state of earlier runs was read, and what was learned of images now is not kept: cannot use the state file ${path}: unable to open database file; check stateDirectory.\n`,
    );
    expect(await readFile(path)).toEqual(before);
  });

  it('is as good as none where it is of another version and cannot be written', async () => {
    const { DatabaseSync } = await import('node:sqlite');
    const path = join(house.directory, 'state/state.sqlite');
    await mkdir(join(house.directory, 'state'));
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 99');
    database.close();
    for (const suffix of ['-wal', '-shm', '-journal']) await mkdir(`${path}${suffix}`);
    const result = await house.run(...args);
    expect(result).toMatchObject({ exit: 1, stderr: expect.stringContaining('is not kept') as string });
  });

  it('is a failure where it cannot be looked at, which names the file and why', async () => {
    const config = join(house.directory, 'tallyman.yaml');
    const text = await readFile(config, 'utf8');
    await writeFile(config, text.replace('stateDirectory: state', 'stateDirectory: tallyman.yaml'));
    const result = await house.run(...args);
    expect(result).toEqual({
      exit: 2,
      stdout: '',
      stderr: `error: cannot look at the state file ${config}/state.sqlite: ENOTDIR; check stateDirectory and who may read it\n`,
    });
  });

  it('is a failure where it is damaged and cannot be made anew', async () => {
    const path = join(house.directory, 'state/state.sqlite');
    await mkdir(`${path}-wal`, { recursive: true });
    await writeFile(path, 'this is no database '.repeat(500));
    const result = await house.run(...args);
    expect(result).toMatchObject({ exit: 2, stdout: '' });
    expect(result.stderr).toContain(`the state file ${path}`);
    await rm(`${path}-wal`, { recursive: true });
  });
});
