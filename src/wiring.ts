import { join } from 'node:path';
import type { Log, Scanner, Session, SessionRepository, Wiring, WorkingDirectory } from './cli/wiring.ts';
import { runSettings } from './cli/run-settings.ts';
import type { Config, Environment, RegistryConfig, RepositoryConfig } from './config/model.ts';
import { readSecret } from './config/secret.ts';
import { Failure } from './core/failure.ts';
import { openRepository, openVerifier, outboundProxy } from './git-wiring.ts';
import { registryHost, type Repository } from './image/reference.ts';
import type { HttpClient } from './net/client.ts';
import type { CredentialSource, ImageInspector, TagLister } from './registry/ports.ts';
import type { RunListener } from './run/events.ts';
import type { ScanPorts } from './run/ports.ts';
import type { StateStore } from './state/store.ts';

/**
 * The composition root: from a configuration to concrete adapters, each loaded when it is asked for. The only file that
 * names adapters.
 */
export function createWiring(): Wiring {
  return { openScanner, openSession, openDirectory, openCheckout, openLog, demo };
}

async function openDirectory(root: string): Promise<WorkingDirectory> {
  const { openDirectoryTree } = await import('./tree/directory/directory-tree.ts');
  const { createFileAtomic, FileWriter } = await import('./tree/directory/write-file.ts');
  const tree = openDirectoryTree(root);
  const writer = new FileWriter(root);
  return {
    tree,
    write: async (path, bytes) => writer.write(path, bytes, tree.stampOfRead(path)),
    openWriters: async () => {
      const { FileWriters } = await import('./tree/directory/file-writers.ts');
      const writers = new FileWriters(root);
      return {
        write: (path, text) => writers.write(path, text, tree.stampOfRead(path)),
        finish: () => writers.finish(),
      };
    },
    create: (path, bytes) => createFileAtomic(root, path, bytes),
  };
}

const openCheckout: Wiring['openCheckout'] = async (root, branch) =>
  (await import('./git/local/checkout.ts')).openCheckout(root, branch);

async function openLog(config: Config, write: (line: string) => void): Promise<Log> {
  const { createLogger } = await import('./log/logger.ts');
  const { logEvents } = await import('./log/run-lines.ts');
  const logger = await createLogger({ level: config.logLevel, destination: { write } });
  return {
    listen: logEvents(logger),
    info: (message, detail) => logger.info(detail ?? {}, message),
    error: (message, detail) => logger.error(detail ?? {}, message),
  };
}

const demo: Wiring['demo'] = async (options) =>
  (await import('./demo/demo.ts')).runDemo(options, openSession);

async function openScanner(config: Config | undefined, environment: Environment): Promise<Scanner> {
  const clients: HttpClient[] = [];
  const registry = await openRegistries(config, environment, clients);
  const notes: string[] = [];
  const state = await openKeptState(config, (note) => notes.push(note));
  return {
    tags: registry,
    images: registry,
    state,
    notes,
    close: async () => {
      for (const client of clients) await client.close();
      await state.close();
    },
  };
}

/** What earlier runs know of images (`minAge` counts from there), where there is any: looking at a checkout makes no state directory. */
async function openKeptState(config: Config | undefined, note: (text: string) => void): Promise<StateStore> {
  const path = config === undefined ? undefined : join(config.stateDirectory, 'state.sqlite');
  if (path === undefined || !(await isThere(path)))
    return (await import('./state/memory.ts')).openMemoryState();
  const { openSqliteStateToRead } = await import('./state/sqlite/state-to-read.ts');
  return openSqliteStateToRead(path, (because) =>
    note(
      `Note: the state of earlier runs was read, and what was learned of images now is not kept: ${because}.`,
    ),
  );
}

/** @throws Failure `invalid-config` where nobody can tell */
async function isThere(path: string): Promise<boolean> {
  const { stat } = await import('node:fs/promises');
  try {
    await stat(path);
    return true;
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return false;
    const message = `cannot look at the state file ${path}: ${code}; check stateDirectory and who may read it`;
    throw new Failure('invalid-config', message, { file: path, cause: error });
  }
}

async function openSession(config: Config, environment: Environment, listen: RunListener): Promise<Session> {
  const { openSqliteState } = await import('./state/sqlite/sqlite-store.ts');
  const clients: HttpClient[] = [];
  const registry = await openRegistries(config, environment, clients);
  const scan: ScanPorts = {
    tags: registry,
    images: registry,
    state: await openSqliteState(join(config.stateDirectory, 'state.sqlite')),
  };
  const open = async (repository: RepositoryConfig): Promise<SessionRepository> => {
    const opened = await openRepository(repository, config, environment, clients);
    const fixed = { now: Date.now, random: Math.random, sleep, listen };
    const neighbour = neighbours.source.bind(neighbours);
    const verifier = await openVerifier(repository, environment);
    const ports = { ...scan, ...fixed, repository: opened, neighbour, verifier };
    return { config: repository, settings: runSettings(config, repository), ports };
  };
  const repositories: SessionRepository[] = [];
  // With --repository the others are opened where one is promoted from.
  const others: SessionRepository[] = [];
  const { Neighbours } = await import('./run/promotion/neighbours.ts');
  const neighbours = new Neighbours(async (name) => {
    const known = repositories.find(({ settings }) => settings.repository === name);
    const other = (config.watched ?? []).find((repository) => repository.name === name);
    if (known !== undefined || other === undefined) return known;
    const opened = await open(other);
    others.push(opened);
    return opened;
  });
  for (const repository of config.repositories) repositories.push(await open(repository));
  return { repositories, close: () => closeAll([...repositories, ...others], scan.state, clients) };
}

async function closeAll(
  repositories: readonly SessionRepository[],
  state: StateStore,
  clients: readonly HttpClient[],
): Promise<void> {
  for (const { ports } of repositories) await ports.repository.close();
  for (const client of clients) await client.close();
  await state.close();
}

async function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  const { setTimeout: wait } = await import('node:timers/promises');
  await wait(milliseconds, undefined, signal === undefined ? {} : { signal });
}

/** All registries behind one port: a host with certificates of its own has a client of its own. */
async function openRegistries(
  config: Config | undefined,
  environment: Environment,
  clients: HttpClient[],
): Promise<TagLister & ImageInspector> {
  const { createOciRegistry } = await import('./registry/oci/oci-registry.ts');
  const { shareListings } = await import('./registry/single-flight.ts');
  const registries = config?.registries ?? [];
  const credentials = await openCredentials(config, environment);
  const insecureHosts = new Set(registries.filter(({ insecure }) => insecure).map(({ host }) => host));
  const open = async (own: RegistryConfig | undefined): Promise<TagLister & ImageInspector> => {
    const client = await openClient(config, own, environment);
    clients.push(client);
    const registry = createOciRegistry({ client, credentials, insecureHosts, now: Date.now });
    return { ...registry, ...shareListings(registry) };
  };
  const special = new Map<string, TagLister & ImageInspector>();
  for (const own of registries) special.set(own.host, await open(own));
  const others = await open(undefined);
  const of = (repository: Repository): TagLister & ImageInspector =>
    special.get(registryHost(repository)) ?? others;
  return {
    list: (repository, signal) => of(repository).list(repository, signal),
    digest: (repository, tag, signal) => of(repository).digest(repository, tag, signal),
    inspect: (repository, tag, signal) => of(repository).inspect(repository, tag, signal),
  };
}

/** Limits and retries around one pool of connections. */
async function openClient(
  config: Config | undefined,
  own: RegistryConfig | undefined,
  environment: Environment,
): Promise<HttpClient> {
  const { createHttpClient } = await import('./net/undici-client.ts');
  const { withHostLimit } = await import('./net/limit.ts');
  const { withRenewal } = await import('./net/renewal.ts');
  const { withRetry } = await import('./net/retry.ts');
  const ca = own?.ca;
  const proxy = outboundProxy(config?.proxy, environment);
  const client =
    ca === undefined
      ? createHttpClient({ proxy })
      : withRenewal(
          `of registry ${own?.host ?? ''}`,
          async () => ({ ca: await readSecret(ca, environment) }),
          (material) => createHttpClient({ ...material, proxy }),
        );
  const limits = own === undefined ? {} : { concurrency: own.concurrency, ...limitOf(own.perSecond) };
  return withRetry(withHostLimit(client, limits));
}

function limitOf(perSecond: number | undefined): { perSecond?: number } {
  return perSecond === undefined ? {} : { perSecond };
}

/** What tallyman.yaml says of a host wins; then docker's own configuration. */
async function openCredentials(
  config: Config | undefined,
  environment: Environment,
): Promise<CredentialSource> {
  const { dockerConfigCredentials } = await import('./registry/credentials/docker-config.ts');
  const { firstCredentials, staticCredentials } = await import('./registry/credentials/static.ts');
  const written = new Map(
    (config?.registries ?? []).flatMap(({ host, auth }) =>
      auth === undefined
        ? []
        : [
            [
              host,
              async () => ({
                username: auth.username,
                password: await readSecret(auth.password, environment),
              }),
            ],
          ],
    ),
  );
  const docker = dockerConfigCredentials({
    ...(config?.dockerConfig === undefined ? {} : { path: config.dockerConfig }),
    environment,
  });
  return firstCredentials([staticCredentials(written), docker]);
}
