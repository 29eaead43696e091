import { dirname, resolve } from 'node:path';
import type { Position } from '../core/position.ts';
import { issuePosition } from './issues.ts';
import type {
  Config,
  EnvironmentConfig,
  RegistryConfig,
  RepositoryConfig,
  Schedule,
  Signing,
} from './model.ts';
import { resolveAuth, resolveConnection, resolveSecret, resolveVerification } from './resolve-access.ts';
import type { ConfigDocument, RepositoryDocument } from './schema.ts';

const defaultInterval = 300_000;
const mostJitter = 30_000;

/** From the checked document to what the program works with. Relative paths are relative to the folder of `file`. */
export function resolveConfig(
  document: ConfigDocument,
  file: string,
  positions: Readonly<Record<string, Position>>,
): Config {
  const path = (text: string) => resolve(dirname(file), text);
  return {
    file,
    repositories: document.repositories.map((repository) => resolveRepository(repository, document, path)),
    registries: document.registries.map((registry) => resolveRegistry(registry, path)),
    dockerConfig: document.dockerConfig === undefined ? undefined : path(document.dockerConfig),
    concurrency: document.concurrency,
    server: document.server.listen,
    stateDirectory: path(document.stateDirectory),
    environments: document.environments.map(({ freeze, ...environment }, index) => ({
      ...environment,
      order: environment.order ?? index,
      freezes: freeze,
      positions: environmentPositions(index, positions),
    })),
    dialects: document.dialects,
    logLevel: document.log.level,
    horizon: document.horizon,
    proxy: document.proxy,
  };
}

function environmentPositions(
  index: number,
  positions: Readonly<Record<string, Position>>,
): EnvironmentConfig['positions'] {
  const at = (...keys: readonly string[]) =>
    issuePosition({ path: ['environments', index, ...keys], message: '', atKey: keys.length > 0 }, positions);
  return { entry: at(), mode: at('rules', 'mode'), verify: at('rules', 'verify') };
}

type ResolvePath = (text: string) => string;

function resolveRepository(
  repository: RepositoryDocument,
  document: ConfigDocument,
  path: ResolvePath,
): RepositoryConfig {
  const { url, quiet = 0 } = repository;
  const own = repository.interval !== undefined || repository.cron !== undefined;
  const schedule = resolveSchedule(own ? repository : document);
  const jitter = repository.jitter ?? (own ? undefined : document.jitter) ?? defaultJitter(schedule);
  return {
    name: repository.name,
    remote: url.kind === 'local' ? { kind: 'local', path: path(url.path) } : url,
    branch: repository.branch,
    paths: repository.paths,
    policyRoots: repository.policyRoots.map((folder) => folder.replace(/\/+$/, '')),
    schedule,
    jitter,
    quiet,
    maxWait: repository.maxWait ?? 10 * quiet,
    auth: resolveAuth(repository, path),
    connection: resolveConnection(repository, document.proxy, path),
    signing: resolveSigning(repository.signing, path),
    verifyHead: resolveVerification(repository, path),
    author: repository.author,
    committer: repository.committer ?? repository.author,
    signOff: repository.signOff,
    pushOptions: repository.push.options,
    maxReleasesPerRun: repository.maxReleasesPerRun,
    confirmFirstRun: repository.confirmFirstRun,
    message: repository.message,
  };
}

function resolveSchedule(keys: Pick<ConfigDocument, 'interval' | 'cron' | 'timeZone'>): Schedule {
  if (keys.cron !== undefined) {
    return { kind: 'cron', expression: keys.cron, timeZone: keys.timeZone ?? 'UTC' };
  }
  return { kind: 'interval', every: keys.interval ?? defaultInterval };
}

function defaultJitter(schedule: Schedule): number {
  return schedule.kind === 'cron' ? 0 : Math.min(mostJitter, Math.round(schedule.every / 10));
}

function resolveSigning(signing: RepositoryDocument['signing'], path: ResolvePath): Signing | undefined {
  const kind = signing?.ssh === undefined ? 'openpgp' : 'ssh';
  const by = signing?.[kind];
  if (by === undefined) return undefined;
  const passphrase = by.passphrase && resolveSecret(by.passphrase, path);
  return { kind, key: resolveSecret(by.key, path), passphrase };
}

function resolveRegistry(registry: ConfigDocument['registries'][number], path: ResolvePath): RegistryConfig {
  const { host, auth, insecure, concurrency, rateLimit, ca } = registry;
  return {
    host,
    auth: auth && { username: auth.username, password: resolveSecret(auth.password, path) },
    insecure,
    concurrency,
    perSecond: rateLimit?.perSecond,
    ca: ca && resolveSecret(ca, path),
  };
}
