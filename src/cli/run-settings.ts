import type { Config, EnvironmentConfig, RepositoryConfig } from '../config/model.ts';
import type { CommitId } from '../release/log.ts';
import type { EnvironmentPaths, RunSettings } from '../run/settings.ts';

const year = 365 * 86_400_000;
const scanConcurrency = 16;

/** What the run needs of one configured repository. */
export function runSettings(config: Config, repository: RepositoryConfig): RunSettings {
  const environments = config.environments
    .filter((environment) => environment.repository === repository.name)
    .sort((a, b) => a.order - b.order);
  return {
    repository: repository.name,
    paths: repository.paths,
    policyRoots: repository.policyRoots,
    dialects: config.dialects,
    environments: environments.map((environment) => toPaths(environment, config.file)),
    horizon: config.horizon,
    scanConcurrency,
    template: repository.message,
    maxReleasesPerRun: repository.maxReleasesPerRun,
    confirmFirstRun: repository.confirmFirstRun,
    configFile: config.file,
    verifyHead: repository.verifyHead && {
      mode: repository.verifyHead.mode,
      reviewed: repository.verifyHead.reviewed as CommitId | undefined,
    },
  };
}

function toPaths({ positions, ...rest }: EnvironmentConfig, file: string): EnvironmentPaths {
  const { name, paths, paused, freezes, rules } = rest;
  const { entry, mode, verify } = positions;
  const places = { entry: { file, ...entry }, mode: { file, ...mode }, verify: { file, ...verify } };
  return { name, paths, paused, freezes, rules, places };
}

/** For a local checkout without a configuration: every file, no environments. */
export const plainSettings: RunSettings = {
  repository: '',
  paths: [],
  policyRoots: [],
  environments: [],
  horizon: year,
  scanConcurrency,
  template: undefined,
  maxReleasesPerRun: 50,
  confirmFirstRun: false,
};
