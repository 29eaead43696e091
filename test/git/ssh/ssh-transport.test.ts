import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { generateSshKey } from '../../../src/git/signing/ssh-keygen.ts';
import type { SshLogin } from '../../../src/git/ssh/login.ts';
import { openSshTransport, type SshTransportOptions } from '../../../src/git/ssh/ssh-transport.ts';
import { answers, id, listing, main, scriptedServers } from './scripted.ts';
import { reaching, type Exec } from './ssh-server.ts';

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

const open = scriptedServers();

describe('the steps of one run', () => {
  it('share one connection, and ask for protocol version 2', async () => {
    const seen: Exec[] = [];
    const { transport, server } = await open((exec) => {
      seen.push(exec);
      answers(listing)(exec);
    });
    expect(await transport.listRefs([main])).toEqual([{ name: main, id }]);
    await transport.listRefs([main]);
    await Promise.all([transport.listRefs([main]), transport.listRefs([''])]);
    expect(server.logins()).toBe(1);
    expect(server.commands).toEqual(Array.from({ length: 4 }, () => "git-upload-pack '/srv/fleet.git'"));
    expect(seen.map(({ env }) => env)).toEqual(
      Array.from({ length: 4 }, () => ({ GIT_PROTOCOL: 'version=2' })),
    );
  });

  it('log in again where a connection takes one command only', async () => {
    const { transport, server } = await open(answers(listing), { server: { sessions: 1 } });
    await transport.listRefs([main]);
    await transport.listRefs([main]);
    expect(server.logins()).toBe(2);
  });

  it('log in again where the server ended the connection meanwhile', async () => {
    const cuts: (() => void)[] = [];
    const { transport, server } = await open((exec) => {
      cuts.push(exec.cut);
      answers(listing)(exec);
    });
    await transport.listRefs([main]);
    for (const cut of cuts) cut();
    await transport.listRefs([main]);
    expect(server.logins()).toBe(2);
  });

  it('leave no connection behind: a little later, and at once on close', async () => {
    const { transport, server } = await open(answers(listing), { linger: 1 });
    await transport.listRefs([main]);
    await expect.poll(() => server.connections()).toBe(0);
    const other = await open(answers(listing), { linger: 3_600_000 });
    await other.transport.listRefs([main]);
    expect(other.server.connections()).toBe(1);
    await other.transport.close();
    await expect.poll(() => other.server.connections()).toBe(0);
  });

  it('read the key and the known hosts at each connection', async () => {
    const { transport, server } = await open(answers(listing), { server: { sessions: 1 } });
    await transport.listRefs([main]);
    let known = server.knownHosts;
    const other = openSshTransport({
      ...reaching(server),
      knownHosts: async () => ({ text: known, source: 'the test' }),
    });
    cleanups.push(() => other.close());
    await other.listRefs([main]);
    known = '';
    await expect(other.listRefs([main])).rejects.toThrow('is not known');
  });
});

describe('work that is stopped', () => {
  it('before it began does not connect', async () => {
    const { transport, server } = await open(answers(listing));
    const work = transport.listRefs([main], AbortSignal.abort());
    await expect(work).rejects.toMatchObject({ code: 'aborted' });
    expect(server.logins()).toBe(0);
  });

  it('in the middle ends at once, and its connection with it', async () => {
    const stop = new AbortController();
    const { transport, server } = await open(() => stop.abort(), { idleTimeout: 3_600_000 });
    await expect(transport.listRefs([main], stop.signal)).rejects.toMatchObject({ code: 'aborted' });
    await expect.poll(() => server.connections()).toBe(0);
  });

  it('while it connects ends at once', async () => {
    const stop = new AbortController();
    const port = await listen(() => stop.abort());
    const transport = openSshTransport({ ...unknown(port), connectTimeout: 3_600_000 });
    await expect(transport.listRefs([main], stop.signal)).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('a server that cannot be reached', () => {
  it('is told where nothing listens', async () => {
    const transport = openSshTransport(unknown(1));
    await expect(transport.listRefs([main])).rejects.toMatchObject({
      code: 'unreachable',
      host: '127.0.0.1:1',
      retryable: true,
      message: expect.stringContaining('connection refused') as string,
    });
  });

  it('is given up where it does not talk', async () => {
    const port = await listen(() => undefined);
    const transport = openSshTransport({ ...unknown(port), connectTimeout: 50 });
    await expect(transport.listRefs([main])).rejects.toMatchObject({ code: 'timeout', retryable: true });
  });

  it.each([
    ['speaks http', 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n', 'cut the connection before'],
    ['hangs up', '', 'cut the connection before'],
    ['speaks an old ssh', 'SSH-1.5-old\r\n', 'does not speak ssh as it should on this port'],
    ['does not come to the point', 'hello '.repeat(10_000), 'does not speak ssh as it should on this port'],
  ])('is told where it %s', async (label, said, words) => {
    const port = await listen((socket) => socket.end(said));
    const transport = openSshTransport({ ...unknown(port), connectTimeout: 2000 });
    const failure: unknown = await transport.listRefs([main]).catch((error: unknown) => error);
    expect(failure, label).toMatchObject({ host: `127.0.0.1:${port}` });
    expect(String(failure)).toContain(words);
  });
});

describe('a login', () => {
  it('that is not accepted names the key by its fingerprint, and the user', async () => {
    const { server } = await open(answers(listing));
    const other = generateSshKey('other').privateKey;
    const transport = openSshTransport({
      ...reaching(server),
      login: async () => ({ kind: 'key', privateKey: other, source: 'the ssh key' }),
    });
    await expect(transport.listRefs([main])).rejects.toMatchObject({
      code: 'auth-failed',
      message: expect.stringMatching(
        /^127\.0\.0\.1:\d+ did not accept the key SHA256:[\w+/]{43} for the user git; check the user/,
      ) as string,
    });
    expect(server.logins()).toBe(0);
  });

  it('tells a key that cannot be read, and connects to nothing', async () => {
    const { server } = await open(answers(listing));
    const transport = openSshTransport({
      ...reaching(server),
      login: async () => ({ kind: 'key', privateKey: 'correct horse', source: 'the ssh key (file /k)' }),
    });
    await expect(transport.listRefs([main])).rejects.toMatchObject({
      code: 'invalid-config',
      message: expect.stringContaining('the ssh key (file /k) is no SSH private key') as string,
    });
    expect(server.connections()).toBe(0);
  });

  it('tells an agent that is not there', async () => {
    const { server } = await open(answers(listing));
    const transport = openSshTransport({
      ...reaching(server),
      login: async () => ({ kind: 'agent', socket: '/nonexistent/agent' }),
    });
    await expect(transport.listRefs([main])).rejects.toMatchObject({
      code: 'auth-failed',
      message: expect.stringContaining('the ssh-agent failed') as string,
    });
  });

  it('tells an agent that does not answer, and leaves no connection to it', async () => {
    const { server } = await open(answers(listing));
    const folder = await mkdtemp(join(tmpdir(), 'tallyman-agent-'));
    cleanups.push(() => rm(folder, { recursive: true }));
    const agent = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.resume();
    });
    const socket = join(folder, 'agent');
    agent.listen(socket);
    await once(agent, 'listening');
    const login = async (): Promise<SshLogin> => ({ kind: 'agent', socket, timeout: 100 });
    const transport = openSshTransport({ ...reaching(server), login });
    await expect(transport.listRefs([main])).rejects.toMatchObject({
      code: 'auth-failed',
      message: expect.stringMatching(
        /the ssh-agent failed.*: it did not answer within 0\.1 seconds/,
      ) as string,
    });
    // Ends only once nobody is connected to it.
    agent.close();
    await once(agent, 'close');
  });
});

/** A server that is not there or no ssh server, and that nobody knows. */
function unknown(port: number): SshTransportOptions {
  const privateKey = generateSshKey('x').privateKey;
  return {
    address: '127.0.0.1',
    port,
    username: 'git',
    path: '/x',
    login: async () => ({ kind: 'key', privateKey, source: 'the ssh key' }),
    knownHosts: async () => ({ text: '', source: 'the test' }),
  };
}

async function listen(use: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    use(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  );
  return (server.address() as AddressInfo).port;
}
