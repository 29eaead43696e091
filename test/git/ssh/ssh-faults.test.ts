import { describe, expect, it } from 'vitest';
import type { Transport } from '../../../src/git/transport.ts';
import type { CommitId } from '../../../src/release/log.ts';
import { band, wire } from '../wire/wire.ts';
import { answers, greeting, id, listing, main, scriptedServers } from './scripted.ts';
import type { Exec, ScriptedServerOptions } from './ssh-server.ts';

const open = scriptedServers();

describe('a server that shows signs of life, and nothing more, is given up', () => {
  it.each<[string, Uint8Array, Uint8Array, (transport: Transport) => Promise<unknown>]>([
    ['in a list of refs', greeting, listing.subarray(0, -4), (transport) => transport.listRefs([main])],
    ['in its greeting', Buffer.alloc(0), wire('version 2\n'), (transport) => transport.listRefs([main])],
    [
      'in a pack that it prepares for ever',
      Buffer.concat([greeting, wire('packfile\n')]),
      band(1, ''),
      (transport) => fetchAll(transport),
    ],
    [
      'while a hook of a push hangs',
      wire(`${id} ${main}\0report-status side-band-64k\n`, null),
      band(1, ''),
      (transport) =>
        transport.push({ ref: main, oldId: id, newId: id, options: [], pack: Buffer.from('PACK') }),
    ],
  ])('%s, and its connection is not used again', async (_label, first, more, work) => {
    const timers: NodeJS.Timeout[] = [];
    const { transport, server } = await open(
      ({ channel }) => {
        channel.resume();
        channel.write(first);
        timers.push(setInterval(() => channel.write(more), 5));
      },
      { listTimeout: 100, fetchTimeout: 100, pushTimeout: 100 },
    );
    await expect(work(transport)).rejects.toMatchObject({
      code: 'timeout',
      retryable: true,
      message: expect.stringContaining(
        `127.0.0.1:${server.port} was still answering after 0.1 seconds; it was given up`,
      ) as string,
    });
    for (const timer of timers) clearInterval(timer);
    await expect(work(transport)).rejects.toMatchObject({ code: 'timeout' });
    for (const timer of timers) clearInterval(timer);
    expect(server.logins()).toBe(2);
  });
});

describe('a push', () => {
  it('whose report came whole is done, also where the server never ends', async () => {
    const told = Buffer.concat([band(1, wire('unpack ok\n', `ok ${main}\n`, null)), wire(null)]);
    const { transport } = await open(
      ({ channel }) => {
        channel.resume();
        channel.write(wire(`${id} ${main}\0report-status side-band-64k\n`, null));
        channel.write(told);
      },
      { idleTimeout: 100 },
    );
    const push = { ref: main, oldId: id, newId: id, options: [], pack: Buffer.from('PACK') };
    expect(await transport.push(push)).toEqual({ kind: 'ok' });
  });

  it.each([
    ['dies', ({ channel }: Exec) => channel.exit(1)],
    ['is cut off', ({ cut }: Exec) => cut()],
  ])('whose program %s before its report may have arrived, and says so', async (_label, end) => {
    const { transport } = await open((exec) => {
      const { channel } = exec;
      channel.write(wire(`${id} ${main}\0report-status side-band-64k\n`, null));
      channel.resume().once('end', () => {
        end(exec);
        channel.end();
      });
    });
    const push = { ref: main, oldId: id, newId: id, options: [], pack: Buffer.from('PACK') };
    await expect(transport.push(push)).rejects.toThrow(/^(?:(?!not known).)*arrived is not known[^;]*$/);
  });
});

describe('a server that breaks', () => {
  const half = Buffer.concat([wire('packfile\n'), band(1, 'PACK and more')]);
  const whole = Buffer.concat([half, wire(null)]);

  it('by ending the answer early is told, at every byte', async () => {
    let length = 0;
    const { transport } = await open((exec) => answers(whole.subarray(0, length))(exec));
    for (; length < whole.length; length += 3) {
      await expect(fetchAll(transport), `after ${length} bytes`).rejects.toMatchObject({
        code: 'bad-answer',
        retryable: true,
      });
    }
    length = whole.length;
    expect(await fetchAll(transport)).toBe('PACK and more'.length);
  });

  it.each([
    ['in the greeting', 10],
    ['before the first byte', 0],
  ])('by cutting the connection %s is told', async (_label, after) => {
    const { transport } = await open(({ channel, cut }) => {
      channel.write(greeting.subarray(0, after));
      setImmediate(cut);
    });
    await expect(transport.listRefs([main])).rejects.toMatchObject({ code: 'unreachable', retryable: true });
  });

  it('by cutting the connection in the middle of a pack is told', async () => {
    const { transport } = await open(({ channel, cut }) => {
      channel.write(greeting);
      channel.once('data', () => {
        channel.write(half);
        setImmediate(cut);
      });
    });
    await expect(fetchAll(transport)).rejects.toMatchObject({ code: 'unreachable', retryable: true });
  });

  it.each([
    ['before it greets', Buffer.alloc(0)],
    ['after its greeting', greeting],
  ])('by going silent %s is given up, and the next step logs in anew', async (_label, said) => {
    let silent = true;
    const { transport, server } = await open(
      (exec) => {
        if (silent) exec.channel.write(said);
        else answers(listing)(exec);
      },
      { idleTimeout: 100 },
    );
    await expect(transport.listRefs([main])).rejects.toMatchObject({ code: 'timeout', retryable: true });
    silent = false;
    expect(await transport.listRefs([main])).toHaveLength(1);
    expect(server.logins()).toBe(2);
  });

  it('by no longer reading is given up, however much there is to send', async () => {
    const { transport } = await open(
      ({ channel }) => {
        channel.write(wire(`${id} ${main}\0report-status\n`, null));
        channel.pause();
      },
      { idleTimeout: 300 },
    );
    const pack = Buffer.alloc(8 * 1024 * 1024);
    const push = transport.push({
      ref: main,
      oldId: id,
      newId: '2'.repeat(40) as CommitId,
      pack,
      options: [],
    });
    await expect(push).rejects.toMatchObject({ code: 'timeout' });
  });

  it('by sending too much is given up', async () => {
    const many = Buffer.concat(Array.from({ length: 1000 }, () => wire('ls-refs\n')));
    const packs = await open(answers(half), { packLimit: 40 });
    await expect(fetchAll(packs.transport)).rejects.toMatchObject({ code: 'too-large' });
    const endless = await open(
      ({ channel }) => {
        const more = (): void => {
          while (channel.write(many));
        };
        channel.on('drain', more);
        more();
      },
      { listLimit: 1_000_000 },
    );
    await expect(endless.transport.listRefs([main])).rejects.toMatchObject({ code: 'too-large' });
  });

  it('by greeting with more than a list of refs may be is given up, also before a pack', async () => {
    const { transport } = await open(({ channel }) => void channel.write(greeting.subarray(0, -4)), {
      listLimit: 30,
      idleTimeout: 5000,
    });
    await expect(fetchAll(transport)).rejects.toMatchObject({
      code: 'too-large',
      message: expect.stringContaining('listed its refs with more than the 30 bytes') as string,
    });
  });

  it('by talking without end beside its answer is listened to for 16 KiB', async () => {
    const { transport } = await open(ends('x'.repeat(1_000_000), 1));
    const failure: unknown = await transport.listRefs([main]).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'bad-answer' });
    expect(String(failure).length).toBeLessThan(3000);
  });

  it.each([
    ['not-found', 'ERROR: Repository not found.\n', 1],
    ['forbidden', 'ERROR: \u001B[31mPermission\u001B[0m to acme/x denied\r\n', 1],
    ['bad-answer', 'sh: git-upload-pack: not found\n', 127],
  ])('by ending without an answer is told in its words, cleaned: %s', async (code, words, exit) => {
    const { transport } = await open(ends(words, exit));
    const failure: unknown = await transport.listRefs([main]).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code });
    expect(String(failure)).not.toMatch(/[\u0000-\u0008\u000B-\u001F]/);
    await expect(transport.listRefs([main])).rejects.toThrow('it says: ');
  });

  it.each([
    ['a greeting by a shell', 'Welcome to git.example.com!\n'],
    ['a page', '<html>\n'],
  ])('by saying something else is told: %s', async (_label, said) => {
    const { transport } = await open(ends('', 0, said));
    await expect(transport.listRefs([main])).rejects.toThrow("something that is not git's wire format");
  });

  it('by never starting the command is given up, and so is work that is stopped meanwhile', async () => {
    const deaf = { server: { deaf: true } };
    const { transport } = await open(answers(listing), { ...deaf, idleTimeout: 50 });
    await expect(transport.listRefs([main])).rejects.toMatchObject({ code: 'timeout', retryable: true });
    const other = await open(answers(listing), deaf);
    const stop = new AbortController();
    const work = other.transport.listRefs([main], stop.signal);
    await expect.poll(() => other.server.logins()).toBe(1);
    stop.abort();
    await expect(work).rejects.toMatchObject({ code: 'aborted' });
    await expect.poll(() => other.server.connections()).toBe(0);
  });

  it('by not running the command is told', async () => {
    const { transport } = await open(answers(listing), { server: { accepts: () => false } });
    await expect(transport.listRefs([main])).rejects.toMatchObject({
      code: 'bad-answer',
      message: expect.stringContaining('does not run git-upload-pack for this login') as string,
    });
  });

  it('by showing an error in a line is told', async () => {
    const { transport } = await open(ends('', 0, wire('ERR access denied\n')));
    await expect(transport.listRefs([main])).rejects.toThrow('refused the request: access denied');
  });
});

function ends(words: string, code: number, said: string | Uint8Array = ''): ScriptedServerOptions['run'] {
  return ({ channel }) => {
    channel.stderr.write(words);
    channel.write(said);
    channel.exit(code);
    channel.end();
  };
}

async function fetchAll(transport: Transport): Promise<number> {
  const { pack } = await transport.fetch({ wants: [id], haves: [], shallow: [] });
  let size = 0;
  for await (const part of pack) size += part.length;
  return size;
}
