import { isAbsolute, join } from 'node:path';
import { Failure } from '../core/failure.ts';
import { didYouMean } from '../core/nearest.ts';
import type { Config } from '../config/model.ts';
import type { CliContext } from './context.ts';
import { progress } from './progress.ts';
import type { Session } from './wiring.ts';

export const defaultConfig = 'tallyman.yaml';

export interface ConfigOptions {
  readonly config: string;
  readonly repository?: string | undefined;
}

/** @throws Failure `invalid-config` with the place */
export async function readConfig(options: ConfigOptions, context: CliContext): Promise<Config> {
  const { loadConfig } = await import('../config/load.ts');
  return loadConfig(resolve(options.config, context));
}

export function resolve(path: string, context: CliContext): string {
  return isAbsolute(path) ? path : join(context.directory, path);
}

/** Opens what the configuration names, calls `use`, and closes it whatever happens. Progress is shown on a terminal. */
export async function withSession<Result>(
  options: ConfigOptions,
  context: CliContext,
  use: (session: Session, config: Config) => Promise<Result>,
): Promise<Result> {
  const config = await readConfig(options, context);
  const narrowed = narrow(config, options.repository);
  const shown = progress(context);
  const session = await context.wiring.openSession(narrowed, context.environment, shown.listen);
  try {
    return await use(asNamed(session, options.config), narrowed);
  } finally {
    shown.end();
    await session.close();
  }
}

/** Messages name the configuration as the person did, and not at all where it is the one that is taken anyway. */
function asNamed(session: Session, config: string): Session {
  const configFile = config === defaultConfig ? undefined : config;
  const repositories = session.repositories.map((repository) => {
    return { ...repository, settings: { ...repository.settings, configFile } };
  });
  return { ...session, repositories };
}

/** `--repository NAME`: the others are left alone. */
export function narrow(config: Config, name: string | undefined): Config {
  if (name === undefined) return config;
  const repositories = config.repositories.filter((repository) => repository.name === name);
  if (repositories.length > 0) return { ...config, repositories, watched: config.repositories };
  const names = config.repositories.map((repository) => repository.name);
  const hint = didYouMean(name, names);
  throw new Failure(
    'usage',
    `${config.file} has no repository "${name}"${hint || `; it has: ${names.join(', ')}`}.`,
  );
}
