import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peer } from './require.ts';

/** Who may log in where `auth` is asked for. */
export const registryUser = { username: 'ann', password: 'peer password' };
const registryUserLine = 'ann:$2b$05$tallymanPeersTestSalt.Q0uDIXVkVdAslbyb.NuK7E/74Han7ZW';

export interface DockerRegistry {
  /** `127.0.0.1:port`, plain http. */
  readonly host: string;
  close(): Promise<void>;
}

/** Starts Debian's docker-registry on loopback, with its storage in a folder of its own that `close` removes. */
export async function startDockerRegistry(
  options: { readonly auth?: boolean } = {},
): Promise<DockerRegistry> {
  const program = peer('docker-registry');
  if (program === undefined) throw new Error('docker-registry is not installed');
  const folder = await mkdtemp(join(tmpdir(), 'tallyman-registry-'));
  const host = `127.0.0.1:${await freePort()}`;
  await writeFile(join(folder, 'htpasswd'), `${registryUserLine}\n`);
  await writeFile(join(folder, 'config.yml'), configText(folder, host, options.auth ?? false));
  const child = spawn(program, ['serve', join(folder, 'config.yml')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const close = async () => {
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await untilReady(host, () => child.exitCode !== null);
  } catch (error) {
    await close();
    throw new Error(`docker-registry did not start: ${said}`, { cause: error });
  }
  return { host, close };
}

function configText(folder: string, host: string, auth: boolean): string {
  // JSON is YAML.
  return JSON.stringify({
    version: 0.1,
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    http: { addr: host, secret: 'only for tests' },
    ...(auth ? { auth: { htpasswd: { realm: 'peer', path: join(folder, 'htpasswd') } } } : {}),
  });
}

async function untilReady(host: string, dead: () => boolean): Promise<void> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    try {
      const response = await fetch(`http://${host}/v2/`);
      await response.text();
      if (response.status === 200 || response.status === 401) return;
    } catch (error) {
      if (dead() || Date.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
