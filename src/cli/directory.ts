import { stat } from 'node:fs/promises';
import { Failure } from '../core/failure.ts';
import type { Config, RepositoryConfig } from '../config/model.ts';
import type { RunSettings } from '../run/settings.ts';
import type { CliContext } from './context.ts';
import { plainSettings, runSettings } from './run-settings.ts';
import { defaultConfig, narrow, readConfig, resolve, type ConfigOptions } from './session.ts';
import type { WorkingDirectory } from './wiring.ts';

/**
 * A local checkout (`--dir`).
 * @throws Failure `usage` where there is no such folder
 */
export async function openDirectory(dir: string, context: CliContext): Promise<WorkingDirectory> {
  return context.wiring.openDirectory(await directoryPath(dir, context));
}

/** The absolute path of `--dir`. @throws Failure `usage` where there is no such folder */
export async function directoryPath(dir: string, context: CliContext): Promise<string> {
  const path = resolve(dir, context);
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() !== true) {
    const what = found === undefined ? 'does not exist' : 'is a file';
    throw new Failure('usage', `--dir ${dir} ${what}; expected the folder of a checkout.`);
  }
  return path;
}

/** With `--dir` a configuration is optional: it is read where it is named, or where it stands in the working directory. */
export async function optionalConfig(
  options: ConfigOptions,
  context: CliContext,
): Promise<Config | undefined> {
  const named = options.config !== defaultConfig;
  const there = named || (await stat(resolve(options.config, context)).catch(() => undefined)) !== undefined;
  return there ? readConfig(options, context) : undefined;
}

/** The settings of the repository that the checkout is one of: the named one, the only one, or none. */
export function directorySettings(config: Config | undefined, repository: string | undefined): RunSettings {
  const chosen = directoryRepository(config, repository);
  return config === undefined || chosen === undefined ? plainSettings : runSettings(config, chosen);
}

/** Milliseconds between two runs of it; `undefined` where nothing says so, or a cron expression does. */
export function directoryInterval(
  config: Config | undefined,
  repository: string | undefined,
): number | undefined {
  const schedule = directoryRepository(config, repository)?.schedule;
  return schedule?.kind === 'interval' ? schedule.every : undefined;
}

function directoryRepository(
  config: Config | undefined,
  repository: string | undefined,
): RepositoryConfig | undefined {
  if (config === undefined) return undefined;
  const [only] = narrow(config, repository).repositories;
  return repository !== undefined || config.repositories.length === 1 ? only : undefined;
}
