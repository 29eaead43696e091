import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../core/failure.ts';
import type { CredentialSource, RegistryCredentials } from '../ports.ts';
import { canonicalHost } from './host.ts';
import { askHelper } from './helper.ts';
import { parseDockerConfig, type DockerConfig } from './parse-docker-config.ts';

export interface DockerConfigOptions {
  /** The file. Default: `$DOCKER_CONFIG/config.json`, else `$HOME/.docker/config.json`, which need not be there. */
  readonly path?: string;
  /** For the default path, and what credential helpers run with. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since the epoch; default `Date.now`. */
  readonly now?: () => number;
}

/**
 * Credentials as `docker login` keeps them. Per host: its helper in `credHelpers`, else the `credsStore`, else `auths`. The file is read
 * again at most once a second, so a rotated secret counts at once; what a helper said counts for a minute.
 */
export function dockerConfigCredentials(options: DockerConfigOptions): CredentialSource {
  const { environment, now = Date.now } = options;
  const path = options.path ?? defaultPath(environment);
  if (path === undefined) return { credentials: async () => undefined };
  const config = kept(fileLife, now, () => load(path, options.path !== undefined));
  const asked = new Map<string, () => Promise<RegistryCredentials | undefined>>();
  const ask = (helper: string, server: string) => {
    const key = JSON.stringify([helper, server]);
    const known = asked.get(key) ?? kept(helperLife, now, () => askHelper(helper, server, environment));
    asked.set(key, known);
    return known();
  };
  return {
    credentials: async (host) => {
      const { auths, helpers, store } = await config();
      const name = canonicalHost(host);
      const own = helpers.get(name);
      if (own !== undefined) return ask(own.helper, own.server);
      const stored =
        store === undefined ? undefined : await ask(store, name === 'docker.io' ? hubServer : host);
      return stored ?? auths.get(name);
    },
  };
}

const fileLife = 1000;
const helperLife = 60_000;
/** What `docker login` files Docker Hub under. */
const hubServer = 'https://index.docker.io/v1/';
const largestFile = 1024 * 1024;

function defaultPath(environment: DockerConfigOptions['environment']): string | undefined {
  const { DOCKER_CONFIG: folder = '', HOME: home = '' } = environment;
  if (folder !== '') return join(folder, 'config.json');
  return home === '' ? undefined : join(home, '.docker', 'config.json');
}

async function load(path: string, named: boolean): Promise<DockerConfig> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (!named && (code === 'ENOENT' || code === 'ENOTDIR')) return parseDockerConfig('{}', path);
    throw new Failure('invalid-config', `cannot read the registry credentials in ${path} (${code})`, {
      file: path,
    });
  }
  if (text.length > largestFile) {
    throw new Failure(
      'invalid-config',
      `${path} is over ${largestFile} bytes; it should be Docker's config.json`,
      {
        file: path,
      },
    );
  }
  return parseDockerConfig(text, path);
}

/** Runs `make` at most once per `life` milliseconds; who asks meanwhile shares the answer. A failure is not kept. */
function kept<Value>(life: number, now: () => number, make: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined;
  let until = -Infinity;
  return () => {
    if (value !== undefined && now() < until) return value;
    until = now() + life;
    const made = make();
    value = made;
    made.catch(() => {
      if (value === made) value = undefined;
    });
    return made;
  };
}
