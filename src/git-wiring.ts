import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readKnownHosts } from './config/known-hosts.ts';
import type { Config, Environment, RepositoryAuth, RepositoryConfig, Signing } from './config/model.ts';
import { describeSecret, readConfigFile, readSecret } from './config/secret.ts';
import { Failure } from './core/failure.ts';
import type { GitCredentialSource } from './git/http/endpoint.ts';
import type { ConfigRepository } from './git/repository.ts';
import type { CommitSigner } from './git/signer.ts';
import type { CommitVerifier } from './git/verifier.ts';
import type { SshLogin } from './git/ssh/login.ts';
import type { Transport } from './git/transport.ts';
import type { HttpClient } from './net/client.ts';
import type { TlsMaterial } from './net/tls-material.ts';
import type { EnvironmentProxy } from './net/proxy-address.ts';

/** The part of the composition root that concerns config repositories: from their configuration to transports and signers. */
export async function openRepository(
  repository: RepositoryConfig,
  config: Config,
  environment: Environment,
  clients: HttpClient[],
): Promise<ConfigRepository> {
  const { name, branch, remote, author, committer, signOff, pushOptions } = repository;
  const signer = repository.signing && openSigner(repository.signing, environment);
  const common = { name, branch, author, committer, signOff, signer, now: Date.now };
  if (remote.kind === 'local') {
    const { openLocalRepository } = await import('./git/local/local-repository.ts');
    return openLocalRepository({ ...common, path: remote.path });
  }
  const { openRemoteRepository } = await import('./git/engine/remote-repository.ts');
  const transport =
    remote.kind === 'ssh'
      ? await openSsh(remote, repository.auth, environment)
      : await openHttp(remote.url, repository, environment, clients);
  // Another address is another clone: objects of one are never taken for those of the other.
  const clone = `${name}-${createHash('sha256').update(remote.url).digest('hex').slice(0, 12)}`;
  const directory = join(config.stateDirectory, 'git', clone);
  return openRemoteRepository({ ...common, transport, directory, pushOptions });
}

/** What `proxy` of tallyman.yaml says; `env` is read from the environment that was handed in, in both usual spellings. */
export function outboundProxy(
  proxy: string | undefined,
  environment: Environment,
): string | EnvironmentProxy | undefined {
  if (proxy !== 'env') return proxy;
  const read = (name: string): string => environment[name.toLowerCase()] ?? environment[name] ?? '';
  return { http: read('HTTP_PROXY'), https: read('HTTPS_PROXY'), except: read('NO_PROXY') };
}

async function openHttp(
  url: string,
  repository: RepositoryConfig,
  environment: Environment,
  clients: HttpClient[],
): Promise<Transport> {
  const { openHttpTransport } = await import('./git/http/http-transport.ts');
  const { createHttpClient } = await import('./net/undici-client.ts');
  const { withHostLimit } = await import('./net/limit.ts');
  const { withRenewal } = await import('./net/renewal.ts');
  const { withRetry } = await import('./net/retry.ts');
  const proxy = outboundProxy(repository.connection.proxy, environment);
  const renewed = withRenewal(
    `of repository ${repository.name}`,
    () => tlsMaterial(repository, environment),
    (material) => createHttpClient({ ...material, proxy }),
  );
  const client = withRetry(withHostLimit(renewed));
  clients.push(client);
  return openHttpTransport({
    url,
    client,
    credentials: await credentialSource(repository.auth, client, environment),
  });
}

async function tlsMaterial(
  { connection: { ca, clientCertificate: own } }: RepositoryConfig,
  environment: Environment,
): Promise<TlsMaterial> {
  const read = async (secret: NonNullable<typeof ca>): Promise<string> => readSecret(secret, environment);
  return {
    ...(ca === undefined ? {} : { ca: await read(ca) }),
    ...(own === undefined
      ? {}
      : {
          clientCertificate: {
            cert: await read(own.cert),
            key: await read(own.key),
            ...(own.passphrase === undefined ? {} : { passphrase: await read(own.passphrase) }),
          },
        }),
  };
}

async function credentialSource(
  auth: RepositoryAuth | undefined,
  client: HttpClient,
  environment: Environment,
): Promise<GitCredentialSource> {
  switch (auth?.kind) {
    case 'basic':
      return async () => ({
        kind: 'basic',
        username: auth.username,
        password: await readSecret(auth.password, environment),
      });
    case 'bearer':
      return async () => ({ kind: 'bearer', token: await readSecret(auth.token, environment) });
    case 'githubApp': {
      const { githubAppCredentials } = await import('./git/http/github-app.ts');
      const privateKey = (): Promise<string> => readSecret(auth.privateKey, environment);
      return githubAppCredentials({ ...auth, privateKey, client, now: Date.now });
    }
    case 'ssh':
    case undefined:
      return async () => undefined;
  }
}

async function openSsh(
  { username, address, port, path }: Extract<RepositoryConfig['remote'], { kind: 'ssh' }>,
  auth: RepositoryAuth | undefined,
  environment: Environment,
): Promise<Transport> {
  if (auth?.kind !== 'ssh') throw new Failure('invalid-config', 'an ssh address needs auth.ssh');
  const { openSshTransport } = await import('./git/ssh/ssh-transport.ts');
  return openSshTransport({
    username,
    address,
    port,
    path,
    login: () => sshLogin(auth, environment),
    knownHosts: () => readKnownHosts(auth.knownHosts),
  });
}

async function sshLogin(
  { login }: Extract<RepositoryAuth, { kind: 'ssh' }>,
  environment: Environment,
): Promise<SshLogin> {
  if (login.kind === 'agent') {
    const socket = environment['SSH_AUTH_SOCK'] ?? '';
    if (socket !== '') return { kind: 'agent', socket };
    const words =
      'auth.ssh.agent wants the ssh-agent, and SSH_AUTH_SOCK is not set; start one, or give a key';
    throw new Failure('invalid-config', words);
  }
  const { key, passphrase } = login;
  return {
    kind: 'key',
    privateKey: await readSecret(key, environment),
    passphrase: passphrase && (await readSecret(passphrase, environment)),
    source: `the ssh key (${describeSecret(key)})`,
  };
}

/** What judges the head of a repository; `undefined` where nothing is asked of it. */
export async function openVerifier(
  { signing, verifyHead }: RepositoryConfig,
  environment: Environment,
): Promise<CommitVerifier | undefined> {
  if (verifyHead === undefined) return undefined;
  const { createCommitVerifier } = await import('./git/verify/commit-verifier.ts');
  const { allowedSigners, openPgpKeys } = verifyHead;
  const current = signing && currentSigner(signing, environment);
  return createCommitVerifier({
    allowedSigners: async () => (allowedSigners === undefined ? undefined : readSigners(allowedSigners)),
    openPgpKeys: async () => Promise.all(openPgpKeys.map(readSigners)),
    ownKey: async () => signing && current && { kind: signing.kind, publicKey: (await current()).publicKey },
    now: Date.now,
  });
}

async function readSigners(file: string): Promise<{ readonly text: string; readonly source: string }> {
  return {
    text: await readConfigFile(file, 'the trusted signers in', 1_048_576),
    source: `the file ${file}`,
  };
}

type KeyedSigner = CommitSigner & { readonly publicKey: string };

function openSigner(signing: Signing, environment: Environment): CommitSigner {
  const current = currentSigner(signing, environment);
  return { sign: async (payload) => (await current()).sign(payload) };
}

/** Reads the key each time, so that a rotated one counts at once; it is parsed again only when it changed. */
function currentSigner(signing: Signing, environment: Environment): () => Promise<KeyedSigner> {
  let known:
    { readonly key: string; readonly passphrase: string; readonly signer: Promise<KeyedSigner> } | undefined;
  return async () => {
    const key = await readSecret(signing.key, environment);
    const passphrase =
      signing.passphrase === undefined ? '' : await readSecret(signing.passphrase, environment);
    if (known?.key !== key || known.passphrase !== passphrase) {
      known = { key, passphrase, signer: createSigner(signing, key, passphrase) };
    }
    return known.signer;
  };
}

async function createSigner(signing: Signing, privateKey: string, passphrase: string): Promise<KeyedSigner> {
  const source = `the signing key (${describeSecret(signing.key)})`;
  const options = { privateKey, source, ...(passphrase === '' ? {} : { passphrase }) };
  if (signing.kind === 'ssh') return (await import('./git/signing/ssh-signer.ts')).createSshSigner(options);
  return (await import('./git/signing/openpgp-signer.ts')).createOpenPgpSigner(options);
}
