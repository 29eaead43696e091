import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config, Environment } from './model.ts';

/**
 * Where the Docker `config.json` with registry credentials is: the one that the configuration names (whether or not it is there), else
 * `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`, if that can be read; else `undefined`.
 */
export async function dockerConfigPath(
  config: Pick<Config, 'dockerConfig'> | undefined,
  env: Environment,
): Promise<string | undefined> {
  if (config?.dockerConfig !== undefined) return config.dockerConfig;
  const folder = dockerFolder(env);
  if (folder === undefined) return undefined;
  const path = join(folder, 'config.json');
  return access(path).then(
    () => path,
    () => undefined,
  );
}

/** An empty variable counts as none, as it does for Docker. */
function dockerFolder({ DOCKER_CONFIG: named = '', HOME: home = '' }: Environment): string | undefined {
  if (named !== '') return named;
  return home === '' ? undefined : join(home, '.docker');
}
