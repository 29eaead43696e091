import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createPrivateKey } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SshLogin } from '../../src/git/ssh/login.ts';
import { openSshTransport, type SshTransportOptions } from '../../src/git/ssh/ssh-transport.ts';
import type { Transport } from '../../src/git/transport.ts';
import type { CommitId } from '../../src/release/log.ts';
import { collect, makeRepository, preparePush, zero } from '../contracts/git-fixture.ts';
import { git } from './git.ts';
import { run } from './programs.ts';
import { describePeer } from './require.ts';
import { makeKey, startSshd, type Sshd, type SshdOptions } from './sshd.ts';

const main = 'refs/heads/main';

describePeer(['git', 'sshd', 'ssh-keygen'], 'ssh, who may do what', () => {
  let root: string;
  let path: string;
  let tip: CommitId;
  const cleanups: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'tallyman-'));
    const made = await makeRepository(root, 'fleet.git', 3);
    path = made.path;
    tip = made.commits[2] ?? zero;
  });
  afterEach(async () => {
    for (const clean of cleanups.splice(0).reverse()) await clean();
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  async function start(options: SshdOptions = {}): Promise<Sshd> {
    const server = await startSshd(options);
    cleanups.push(() => server.close());
    return server;
  }

  async function open(server: Sshd, options: Partial<SshTransportOptions> = {}): Promise<Transport> {
    const privateKey = await readFile(server.clientKey, 'utf8');
    const transport = openSshTransport({
      address: '127.0.0.1',
      port: server.port,
      username: server.username,
      path,
      login: async () => ({ kind: 'key', privateKey, source: 'the ssh key' }),
      knownHosts: async () => ({ text: server.knownHosts, source: 'the test' }),
      ...options,
    });
    cleanups.push(() => transport.close());
    return transport;
  }

  /** A pair made by OpenSSH. */
  async function pair(
    type: 'ed25519' | 'ecdsa' | 'rsa',
    more?: readonly string[],
  ): Promise<{ secret: string; open: string }> {
    const file = join(root, `key-${pairs++}`);
    await makeKey(file, type, more);
    return { secret: await readFile(file, 'utf8'), open: await readFile(`${file}.pub`, 'utf8') };
  }
  let pairs = 0;
  const locked = ['-N', 'open sesame', '-a', '1'];

  async function startAgent(...keys: readonly string[]): Promise<string> {
    const socket = join(root, `agent-${pairs++}`);
    const said = await run('ssh-agent', ['-s', '-a', socket]);
    const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(said)?.[1]);
    cleanups.push(async () => process.kill(pid));
    for (const key of keys) await run('ssh-add', ['-q', '-'], { input: key, env: { SSH_AUTH_SOCK: socket } });
    return socket;
  }

  describe('a key', () => {
    it.each([
      ['ed25519', 'ed25519', ['-N', '']],
      ['ed25519 with passphrase', 'ed25519', locked],
      ['ECDSA P-256', 'ecdsa', ['-N', '', '-b', '256']],
      ['ECDSA P-384', 'ecdsa', ['-N', '', '-b', '384']],
      ['ECDSA P-521', 'ecdsa', ['-N', '', '-b', '521']],
      ['ECDSA in PEM with passphrase', 'ecdsa', [...locked, '-m', 'PEM']],
      ['RSA', 'rsa', ['-N', '', '-b', '2048']],
      ['RSA in PEM', 'rsa', ['-N', '', '-b', '2048', '-m', 'PEM']],
      ['RSA in PEM with passphrase', 'rsa', [...locked, '-b', '2048', '-m', 'PEM']],
      ['RSA in PKCS#8 with passphrase', 'rsa', [...locked, '-b', '2048', '-m', 'PKCS8']],
    ] as const)('logs in: %s', async (_label, type, more) => {
      const { secret, open: shown } = await pair(type, more);
      const server = await start({ authorized: [shown] });
      const passphrase = more.some((word) => word === 'open sesame') ? 'open sesame' : undefined;
      const transport = await open(server, {
        login: async () => ({ kind: 'key', privateKey: secret, passphrase, source: 'the ssh key' }),
      });
      expect(await transport.listRefs([main])).toEqual([{ name: main, id: tip }]);
    });

    it('in PKCS#8 logs in, ed25519 too, which OpenSSH does not write so', async () => {
      const { secret, open: shown } = await pair('ed25519');
      const { default: ssh2 } = await import('ssh2');
      const parsed = ssh2.utils.parseKey(secret);
      const pem = parsed instanceof Error ? '' : parsed.getPrivatePEM();
      const pkcs8 = createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem' }).toString();
      const server = await start({ authorized: [shown] });
      const login: SshLogin = { kind: 'key', privateKey: pkcs8, source: 'the ssh key' };
      expect(await (await open(server, { login: async () => login })).listRefs([main])).toHaveLength(1);
    });

    it('that the server does not know is refused, by name, and nothing is run', async () => {
      const server = await start();
      const { secret } = await pair('ed25519');
      const transport = await open(server, {
        login: async () => ({ kind: 'key', privateKey: secret, source: 'the ssh key' }),
      });
      await expect(transport.listRefs([main])).rejects.toMatchObject({ code: 'auth-failed' });
      await expect(transport.listRefs([main])).rejects.toThrow(
        /did not accept the key SHA256:[\w+/]{43} for the user /,
      );
      expect(await server.commands()).toEqual([]);
    });

    it('that was replaced counts at the next connection', async () => {
      const server = await start();
      const right = await readFile(server.clientKey, 'utf8');
      let privateKey = (await pair('ed25519')).secret;
      const transport = await open(server, {
        login: async () => ({ kind: 'key', privateKey, source: 'the ssh key' }),
      });
      await expect(transport.listRefs([main])).rejects.toMatchObject({ code: 'auth-failed' });
      privateKey = right;
      expect(await transport.listRefs([main])).toHaveLength(1);
    });
  });

  describe('the ssh-agent', () => {
    it.each(['ed25519', 'ecdsa', 'rsa'] as const)(
      'logs in with the one of its keys that fits: %s',
      async (type) => {
        const fitting = await pair(type);
        const server = await start({ authorized: [fitting.open] });
        const socket = await startAgent((await pair('ed25519')).secret, fitting.secret);
        const transport = await open(server, { login: async () => ({ kind: 'agent', socket }) });
        expect(await transport.listRefs([main])).toEqual([{ name: main, id: tip }]);
      },
    );

    it.each([
      ['none of its keys', 1, 'did not accept any key of the ssh-agent (it holds 1)'],
      ['no keys at all', 0, 'the ssh-agent holds no keys, so nothing could log in'],
      ['too many of its keys', 5, 'Servers hang up after a few keys: give the right one as auth.ssh.key'],
    ])('is told apart with %s that fits', async (_label, count, words) => {
      const server = await start();
      const keys = await Promise.all(
        Array.from({ length: count }, async () => (await pair('ed25519')).secret),
      );
      const socket = await startAgent(...keys);
      const transport = await open(server, { login: async () => ({ kind: 'agent', socket }) });
      await expect(transport.listRefs([main])).rejects.toMatchObject({ code: 'auth-failed' });
      await expect(transport.listRefs([main])).rejects.toThrow(words);
    });
  });

  describe('a host', () => {
    it('is known by what ssh-keyscan prints and ssh-keygen hashes', async () => {
      const server = await start();
      const file = join(root, `hosts-${pairs++}`);
      await writeFile(file, await run('ssh-keyscan', ['-p', String(server.port), '127.0.0.1']));
      await run('ssh-keygen', ['-q', '-H', '-f', file]);
      const text = await readFile(file, 'utf8');
      expect(text).toContain('|1|');
      const transport = await open(server, { knownHosts: async () => ({ text, source: 'the test' }) });
      expect(await transport.listRefs([main])).toHaveLength(1);
    });

    it.each(['ed25519', 'ecdsa', 'rsa'] as const)(
      'with several keys is asked for the one that is known: %s',
      async (type) => {
        const server = await start({ hostKeys: ['rsa', 'ecdsa', 'ed25519'] });
        const text =
          server.knownHosts
            .split('\n')
            .find((line) => line.includes(type === 'ed25519' ? 'ssh-ed25519' : type)) ?? '';
        const transport = await open(server, { knownHosts: async () => ({ text, source: 'the test' }) });
        expect(await transport.listRefs([main])).toHaveLength(1);
      },
    );

    it('that shows another kind of key than the known one is refused', async () => {
      const server = await start({ hostKeys: ['ecdsa'] });
      const { open: other } = await pair('ed25519');
      const text = `[127.0.0.1]:${server.port} ${other}`;
      const transport = await open(server, { knownHosts: async () => ({ text, source: 'the test' }) });
      await expect(transport.listRefs([main])).rejects.toThrow(
        /shows ecdsa-sha2-nistp256 SHA256:.* expect ssh-ed25519 SHA256:/,
      );
      expect(server.logins()).toBe(0);
    });

    it.each([
      ['signatures', ['HostKeyAlgorithms ssh-rsa']],
      ['checksums', ['MACs hmac-sha1', 'Ciphers aes128-ctr']],
    ])('that knows SHA-1 %s only is refused, in words', async (_label, settings) => {
      const server = await start({ hostKeys: ['rsa'], settings });
      await expect((await open(server)).listRefs([main])).rejects.toMatchObject({
        code: 'bad-answer',
        message: expect.stringContaining('have no algorithm in common') as string,
      });
      expect(server.logins()).toBe(0);
    });

    it('shows the fingerprint that ssh-keygen shows', async () => {
      const server = await start();
      const listed = await run('ssh-keygen', ['-l', '-f', '-'], { input: server.knownHosts });
      const transport = await open(server, { knownHosts: async () => ({ text: '', source: 'file k' }) });
      await expect(transport.listRefs([main])).rejects.toThrow(/SHA256:\S+/.exec(listed)?.[0] ?? 'none');
      await expect(transport.listRefs([main])).rejects.toMatchObject({
        code: 'unreachable',
        retryable: false,
      });
    });
  });

  it.each(["it's; touch pwned; '$(touch pwned)`touch pwned`!.git", 'ünï code ü.git', '--upload-pack.git'])(
    'takes odd paths as names, never as commands: %s',
    async (name) => {
      const { commits } = await makeRepository(root, `./${name}`, 1);
      const server = await start();
      const transport = await open(server, { path: join(root, name) });
      expect(await transport.listRefs([main])).toEqual([{ name: main, id: commits[0] }]);
      await expect(readFile('pwned')).rejects.toThrow('ENOENT');
    },
  );

  it.each([
    ['from the home folder', '~/fleet.git', (folder: string) => [`export HOME=${folder}`]],
    ['from where the login begins', 'fleet.git', (folder: string) => [`cd ${folder}`]],
  ])('lets the server resolve a path %s', async (_label, given, before) => {
    const transport = await open(await start({ before: before(root) }), { path: given });
    expect(await transport.listRefs([main])).toEqual([{ name: main, id: tip }]);
  });

  it('says that a server without push options takes none, before anything is sent', async () => {
    const server = await start();
    const transport = await open(server);
    const push = await preparePush(root, path, tip);
    await expect(transport.push({ ...push, options: ['ci.skip'] })).rejects.toThrow('takes no push options');
    expect(await git(path, ['rev-parse', main])).toBe(tip);
  });

  it('costs one login to list, fetch and push', async () => {
    const server = await start();
    const transport = await open(server);
    await transport.listRefs([main]);
    await collect((await transport.fetch({ wants: [tip], haves: [], shallow: [], depth: 1 })).pack);
    const push = await preparePush(root, path, zero, { ref: 'refs/heads/counted' });
    expect(await transport.push(push)).toEqual({ kind: 'ok' });
    expect(server.logins()).toBe(1);
    expect(await server.commands()).toHaveLength(3);
  });

  it('goes on where a connection may run one command only', async () => {
    const server = await start({ settings: ['MaxSessions 1'] });
    const transport = await open(server);
    const request = { wants: [tip], haves: [], shallow: [] };
    const { pack } = await transport.fetch(request);
    expect(await transport.listRefs([main])).toHaveLength(1);
    expect((await collect(pack)).length).toBeGreaterThan(100);
  });

  it('says so where no commit is newer than the date asked for', async () => {
    for (const protocol of [0, 2] as const) {
      const transport = await open(await start({ protocol }));
      const since = Date.parse('2030-01-01T00:00:00Z');
      const work = transport.fetch({ wants: [tip], haves: [], shallow: [], since });
      await expect(work).rejects.toMatchObject({ code: 'bad-answer' });
      await expect(work).rejects.toThrow(/no commits selected|no commit is newer/);
    }
  });

  it('tells a repository of other object ids', async () => {
    await git(root, ['init', '-q', '--bare', '--object-format=sha256', 'sha256.git']);
    const transport = await open(await start(), { path: join(root, 'sha256.git') });
    await expect(transport.listRefs([main])).rejects.toThrow('uses sha256 object ids; only sha1 can be read');
  });
});
