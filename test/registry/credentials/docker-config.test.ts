import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dockerConfigCredentials } from '../../../src/registry/credentials/docker-config.ts';
import { canonicalHost } from '../../../src/registry/credentials/host.ts';
import { firstCredentials, staticCredentials } from '../../../src/registry/credentials/static.ts';

let folder: string;
let time: number;

beforeEach(async () => {
  time = 0;
  folder = await mkdtemp(join(tmpdir(), 'tallyman-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const base64 = (text: string) => Buffer.from(text).toString('base64');

async function source(config: unknown, environment: Record<string, string> = {}) {
  const path = join(folder, 'config.json');
  await writeFile(path, typeof config === 'string' ? config : JSON.stringify(config));
  return dockerConfigCredentials({ path, environment, now: () => time });
}

/** A credential helper of these lines of shell, and the environment that finds it. */
async function helper(name: string, script: string): Promise<Record<string, string>> {
  const path = join(folder, `docker-credential-${name}`);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return { PATH: `${folder}:${process.env['PATH'] ?? ''}` };
}

/** Lines of a helper that answers for whatever server it is asked for. */
const answers = (username: string) =>
  `read -r server; printf '{"Username":"${username}","Secret":"for %s"}' "$server"`;

describe('canonicalHost', () => {
  it.each([
    ['https://index.docker.io/v1/', 'docker.io'],
    ['docker.io', 'docker.io'],
    ['registry-1.docker.io', 'docker.io'],
    ['ghcr.io', 'ghcr.io'],
    ['https://ghcr.io', 'ghcr.io'],
    ['https://GHCR.io/', 'ghcr.io'],
    ['https://quay.io/v2/', 'quay.io'],
    ['https://quay.io:443', 'quay.io'],
    ['localhost:5000', 'localhost:5000'],
    ['http://localhost:5000/v2', 'localhost:5000'],
    ['http://plain.test:80', 'plain.test'],
    ['quay.io:443', 'quay.io:443'],
    ['quay.io/team', 'quay.io/team'],
  ])('%s', (key, host) => expect(canonicalHost(key)).toBe(host));
});

describe('auths', () => {
  it.each<[string, object, unknown]>([
    ['auth', { auth: base64('ann:a:b') }, { username: 'ann', password: 'a:b' }],
    ['auth padded by NUL', { auth: base64('ann:pw\0\0') }, { username: 'ann', password: 'pw' }],
    ['username and password', { username: 'ann', password: 'pw' }, { username: 'ann', password: 'pw' }],
    ['an identity token', { auth: base64('ann:'), identitytoken: 'idt' }, { identityToken: 'idt' }],
    ['an empty entry', {}, undefined],
  ])('reads %s', async (_, entry, expected) => {
    const login = await source({ auths: { 'https://ghcr.io/v2/': entry } });
    expect(await login.credentials('ghcr.io')).toEqual(expected);
    expect(await login.credentials('quay.io')).toBeUndefined();
  });

  it('finds Docker Hub by its old key', async () => {
    const login = await source({
      auths: { 'https://index.docker.io/v1/': { auth: base64('a:b') } },
    });
    expect(await login.credentials('docker.io')).toEqual({ username: 'a', password: 'b' });
  });

  it('does not use the credentials of a part of a registry for all of it', async () => {
    const login = await source({ auths: { 'quay.io/team': { auth: base64('a:b') } } });
    expect(await login.credentials('quay.io')).toBeUndefined();
  });

  it('reads a changed file again, a second later', async () => {
    const one = await source({ auths: { h: { auth: base64('a:old') } } });
    expect(await one.credentials('h')).toMatchObject({ password: 'old' });
    await source({ auths: { h: { auth: base64('a:new') } } });
    expect(await one.credentials('h')).toMatchObject({ password: 'old' });
    time = 1000;
    expect(await one.credentials('h')).toMatchObject({ password: 'new' });
  });

  it.each<[string, unknown, RegExp]>([
    ['no JSON', '{"auths": hunter2', /not valid JSON/],
    ['a list', [], /not an object/],
    ['auths that are text', { auths: 'hunter2' }, /"auths" that is not an object/],
    ['an entry that is text', { auths: { h: 'hunter2' } }, /"auths" of "h"/],
    ['auth that is a number', { auths: { h: { auth: 5 } } }, /not text/],
    ['auth without colon', { auths: { h: { auth: base64('hunter2') } } }, /user:password in base64/],
    ['auth that is no base64', { auths: { h: { auth: 'ann:hunter2' } } }, /user:password in base64/],
    ['a helper with a path', { credHelpers: { h: '../hunter2' } }, /no name of a credential helper/],
    ['a store that is an option', { credsStore: '-hunter2' }, /no name of a credential helper/],
  ])('fails for %s, naming the file and not its content', async (_, config, words) => {
    const login = await source(config);
    const failed = await login.credentials('h').catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'invalid-config', file: join(folder, 'config.json') });
    expect(failed).toMatchObject({ message: expect.stringMatching(words) as unknown });
    expect((failed as Error).message).not.toContain('hunter2');
    expect((failed as Error).cause).toBeUndefined();
  });
});

describe('where the file is', () => {
  it.each([
    ['DOCKER_CONFIG', (home: string) => ({ DOCKER_CONFIG: join(home, '.docker'), HOME: '/nowhere' })],
    ['HOME', (home: string) => ({ HOME: home })],
  ])('by %s', async (_, environment) => {
    await mkdir(join(folder, '.docker'));
    await writeFile(
      join(folder, '.docker', 'config.json'),
      JSON.stringify({ auths: { h: { auth: base64('a:b') } } }),
    );
    const login = dockerConfigCredentials({ environment: environment(folder) });
    expect(await login.credentials('h')).toEqual({ username: 'a', password: 'b' });
  });

  it('need not be there, unless it is named', async () => {
    expect(await dockerConfigCredentials({ environment: { HOME: folder } }).credentials('h')).toBeUndefined();
    expect(await dockerConfigCredentials({ environment: {} }).credentials('h')).toBeUndefined();
    const named = dockerConfigCredentials({ path: join(folder, 'gone.json'), environment: {} });
    await expect(named.credentials('h')).rejects.toMatchObject({ code: 'invalid-config' });
  });
});

describe('credential helpers', () => {
  it('asks the one of the host, by the key as written, before anything else', async () => {
    const environment = await helper('own', answers('ann'));
    const config = { credHelpers: { 'https://h.test': 'own' }, auths: { 'h.test': { auth: base64('a:b') } } };
    const login = await source(config, environment);
    expect(await login.credentials('h.test')).toEqual({ username: 'ann', password: 'for https://h.test' });
    expect(await login.credentials('other.test')).toBeUndefined();
  });

  it('asks the store for all others, and takes <token> for an identity token', async () => {
    const environment = await helper('store', answers('<token>'));
    const login = await source({ credsStore: 'store' }, environment);
    expect(await login.credentials('docker.io')).toEqual({
      identityToken: 'for https://index.docker.io/v1/',
    });
  });

  it('goes on to auths where the store has nothing', async () => {
    const environment = await helper('store', 'echo "credentials not found in native keychain"; exit 1');
    const login = await source({ credsStore: 'store', auths: { h: { auth: base64('a:b') } } }, environment);
    expect(await login.credentials('h')).toEqual({ username: 'a', password: 'b' });
  });

  it('runs one for all who ask within a minute', async () => {
    const environment = await helper('own', `echo x >> "$LOG"; ${answers('ann')}`);
    const log = join(folder, 'log');
    const login = await source({ credHelpers: { h: 'own' } }, { ...environment, LOG: log });
    await Promise.all([login.credentials('h'), login.credentials('h')]);
    time = 59_999;
    await login.credentials('h');
    expect(await readFile(log, 'utf8')).toBe('x\n');
    time = 60_000;
    await login.credentials('h');
    expect(await readFile(log, 'utf8')).toBe('x\nx\n');
  });

  it.each([
    ['fails', 'echo hunter2; echo hunter2 >&2; exit 1', 'auth-failed', /failed when asked for h/],
    ['prints no JSON', 'echo hunter2', 'auth-failed', /not JSON/],
    ['prints null', 'echo null', 'auth-failed', /without Username and Secret/],
    ['prints half an answer', `echo '{"Username":"hunter2"}'`, 'auth-failed', /without Username and Secret/],
    ['prints without end', 'yes hunter2', 'auth-failed', /failed/],
  ] as const)('fails where it %s, without its words', async (_, script, code, words) => {
    const login = await source({ credHelpers: { h: 'own' } }, await helper('own', script));
    const failed = (await login.credentials('h').catch((error: unknown) => error)) as Error;
    expect(failed).toMatchObject({ code, message: expect.stringMatching(words) as unknown });
    expect(failed.message).not.toContain('hunter2');
  });

  it('says so where it is not installed', async () => {
    const login = await source({ credHelpers: { h: 'gone' } }, { PATH: folder });
    await expect(login.credentials('h')).rejects.toMatchObject({
      code: 'invalid-config',
      message: 'the credential helper docker-credential-gone for h is not installed',
    });
  });
});

describe('written credentials', () => {
  it('go by any spelling of the host, are read anew, and before others', async () => {
    let password = 'one';
    const written = staticCredentials(
      new Map([['https://index.docker.io/v1/', async () => ({ username: 'ann', password })]]),
    );
    const all = firstCredentials([written, await source({ auths: { h: { auth: base64('a:b') } } })]);
    expect(await all.credentials('docker.io')).toEqual({ username: 'ann', password: 'one' });
    password = 'two';
    expect(await all.credentials('docker.io')).toEqual({ username: 'ann', password: 'two' });
    expect(await all.credentials('h')).toEqual({ username: 'a', password: 'b' });
    expect(await all.credentials('none')).toBeUndefined();
  });
});
