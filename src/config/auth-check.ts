import type { Issue } from './check.ts';
import type { RepositoryDocument } from './schema.ts';

/** Whether what a repository says of its login and its connection fits its address. */
export function accessIssues(repository: RepositoryDocument, path: readonly PropertyKey[]): Issue[] {
  const { url, auth } = repository;
  const useless = (keys: readonly (string | false)[], what: string): Issue[] =>
    keys
      .filter((key) => key !== false)
      .map((key) => ({
        path: [...path, key],
        atKey: true,
        message: `${key} has no meaning for ${what}; remove it`,
      }));
  if (url.kind === 'local') {
    return useless(
      [
        auth !== undefined && 'auth',
        repository.push.options.length > 0 && 'push',
        ...connectionKeysOf(repository),
      ],
      'a local path',
    );
  }
  if (url.kind === 'http') return httpIssues(repository, url.url, path);
  if (auth?.ssh === undefined) {
    const message = 'an ssh address needs auth: {ssh: {key: {file: ...}, knownHosts: {file: ...}}}';
    return [{ path: [...path, auth === undefined ? 'url' : 'auth'], message }];
  }
  return [
    ...useless(connectionKeysOf(repository), 'an ssh address'),
    ...(auth.ssh.agent === true && auth.ssh.passphrase !== undefined
      ? [passphraseIssue([...path, 'auth', 'ssh', 'passphrase'])]
      : []),
  ];
}

function httpIssues({ auth }: RepositoryDocument, url: string, path: readonly PropertyKey[]): Issue[] {
  if (auth?.ssh !== undefined) {
    const message = 'ssh has no meaning for an http(s) address; use basic, bearer or githubApp';
    return [{ path: [...path, 'auth', 'ssh'], atKey: true, message }];
  }
  const app = auth?.githubApp;
  if (app !== undefined && app.apiUrl === undefined && URL.parse(url)?.hostname !== 'github.com') {
    const message =
      'apiUrl is needed for a repository that is not on github.com, such as https://HOST/api/v3';
    return [{ path: [...path, 'auth', 'githubApp'], message }];
  }
  return [];
}

function connectionKeysOf({ ca, clientCertificate, proxy }: RepositoryDocument): (string | false)[] {
  return [
    ca !== undefined && 'ca',
    clientCertificate !== undefined && 'clientCertificate',
    proxy !== undefined && 'proxy',
  ];
}

function passphraseIssue(path: readonly PropertyKey[]): Issue {
  return { path, atKey: true, message: 'passphrase has no meaning with agent; remove it' };
}
