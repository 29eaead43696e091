import { afterEach } from 'vitest';
import { openSshTransport, type SshTransportOptions } from '../../../src/git/ssh/ssh-transport.ts';
import type { Transport } from '../../../src/git/transport.ts';
import type { CommitId } from '../../../src/release/log.ts';
import { wire } from '../wire/wire.ts';
import { reaching, startSshServer, type ScriptedServer, type ScriptedServerOptions } from './ssh-server.ts';

export const id = '1'.repeat(40) as CommitId;
export const main = 'refs/heads/main';
export const greeting = wire('version 2\n', 'ls-refs\n', 'fetch=shallow\n', null);
export const listing = wire(`${id} ${main}\n`, null);

export interface Scripted {
  readonly transport: Transport;
  readonly server: ScriptedServer;
}

type Options = Partial<SshTransportOptions> & { readonly server?: Partial<ScriptedServerOptions> };

/** Starts servers with made-up answers and transports to them; all end with the test. Call it within `describe` or a file. */
export function scriptedServers(): (
  run: ScriptedServerOptions['run'],
  options?: Options,
) => Promise<Scripted> {
  const cleanups: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const clean of cleanups.splice(0).reverse()) await clean();
  });
  return async (run, options = {}) => {
    const server = await startSshServer({ run, ...options.server });
    const transport = openSshTransport({ ...reaching(server), ...options });
    cleanups.push(
      () => server.close(),
      () => transport.close(),
    );
    return { transport, server };
  };
}

/** Greets, and answers this to the request, once it came whole. */
export function answers(answer: Uint8Array): ScriptedServerOptions['run'] {
  return ({ channel }) => {
    channel.write(greeting);
    channel.resume();
    channel.once('end', () => {
      channel.write(answer);
      channel.exit(0);
      channel.end();
    });
  };
}
