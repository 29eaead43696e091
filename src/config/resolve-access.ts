import type {
  HeadVerification,
  KnownHostsSource,
  RepositoryAuth,
  RepositoryConfig,
  Secret,
} from './model.ts';
import type { RepositoryDocument } from './schema.ts';

type ResolvePath = (text: string) => string;

/** How to log in, with absolute paths. */
export function resolveAuth(
  { auth, url }: RepositoryDocument,
  path: ResolvePath,
): RepositoryAuth | undefined {
  if (auth?.basic !== undefined) {
    const { username, password } = auth.basic;
    return { kind: 'basic', username, password: resolveSecret(password, path) };
  }
  if (auth?.bearer !== undefined) return { kind: 'bearer', token: resolveSecret(auth.bearer, path) };
  if (auth?.githubApp !== undefined) {
    const { appId, installationId, privateKey, apiUrl = 'https://api.github.com' } = auth.githubApp;
    return { kind: 'githubApp', appId, installationId, privateKey: resolveSecret(privateKey, path), apiUrl };
  }
  if (auth?.ssh === undefined || url.kind !== 'ssh') return undefined;
  const { key, passphrase, knownHosts } = auth.ssh;
  const login =
    key === undefined
      ? ({ kind: 'agent' } as const)
      : ({
          kind: 'key',
          key: resolveSecret(key, path),
          passphrase: passphrase && resolveSecret(passphrase, path),
        } as const);
  return { kind: 'ssh', login, knownHosts: resolveKnownHosts(knownHosts, path) };
}

/** Certificates and proxy of https connections. */
export function resolveConnection(
  { ca, clientCertificate, proxy }: RepositoryDocument,
  otherwise: string | undefined,
  path: ResolvePath,
): RepositoryConfig['connection'] {
  return {
    ca: ca && resolveSecret(ca, path),
    clientCertificate: clientCertificate && {
      cert: resolveSecret(clientCertificate.cert, path),
      key: resolveSecret(clientCertificate.key, path),
      passphrase: clientCertificate.passphrase && resolveSecret(clientCertificate.passphrase, path),
    },
    proxy: proxy === 'off' ? undefined : (proxy ?? otherwise),
  };
}

/** Whose signatures count, with absolute paths. */
export function resolveVerification(
  { verifyHead: mode, trustedSigners }: RepositoryDocument,
  path: ResolvePath,
): HeadVerification | undefined {
  if (mode === undefined || trustedSigners === undefined) return undefined;
  const { ssh, openpgp = [], reviewed } = trustedSigners;
  return {
    mode,
    allowedSigners: ssh && path(ssh.file),
    openPgpKeys: openpgp.map(({ file }) => path(file)),
    reviewed,
  };
}

/** Relative files are relative to the configuration's folder. */
export function resolveSecret(secret: Secret, path: ResolvePath): Secret {
  return 'file' in secret ? { file: path(secret.file) } : secret;
}

function resolveKnownHosts(
  {
    file,
    entries = [],
  }: { readonly file?: string | undefined; readonly entries?: readonly string[] | undefined },
  path: ResolvePath,
): KnownHostsSource {
  return file === undefined ? { entries } : { file: path(file) };
}
