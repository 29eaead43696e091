import { fork } from 'node:child_process';
import { once } from 'node:events';

/** A server in a process of its own, so that it does not share the measured program's thread. */
export interface BenchServer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** Requests since the last call. */
  takeRequests(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export async function startServer(kind: 'git' | 'registry', argument: string): Promise<BenchServer> {
  const child = fork(new URL(`${kind}.ts`, import.meta.url), [argument], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [url] = (await once(child, 'message')) as [string];
  return {
    url,
    host: new URL(url).host,
    takeRequests: async () => {
      const answer = once(child, 'message') as Promise<[readonly string[]]>;
      child.send('requests');
      return (await answer)[0];
    },
    close: async () => {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}
