import { describe, expect, it } from 'vitest';
import { load, wrongs } from './config-file.ts';

const key = 'AAAAC3NzaC1lZDI1NTE5AAAAIB';

/** One repository with these keys. */
function repository(url: string, keys: string): string {
  return `repositories:\n  - name: a\n    url: ${url}\n${keys === '' ? '' : `    ${keys}\n`}`;
}

describe('the access to a repository', () => {
  it.each([
    [
      'a key, its passphrase and a file of known hosts',
      'auth: {ssh: {key: {file: id}, passphrase: {env: P}, knownHosts: {file: known_hosts}}}',
      {
        kind: 'ssh',
        login: { kind: 'key', key: { file: '/etc/tallyman/id' }, passphrase: { env: 'P' } },
        knownHosts: { file: '/etc/tallyman/known_hosts' },
      },
    ],
    [
      'the agent and known hosts in place',
      `auth: {ssh: {agent: true, knownHosts: {entries: ["host ssh-ed25519 ${key}"]}}}`,
      {
        kind: 'ssh',
        login: { kind: 'agent' },
        knownHosts: { entries: [`host ssh-ed25519 ${key}`] },
      },
    ],
  ])('by ssh is read: %s', async (_label, keys, auth) => {
    const config = await load(repository('git@host:fleet.git', keys));
    expect(config.repositories[0]).toMatchObject({ auth, remote: { kind: 'ssh', address: 'host' } });
  });

  it('by https is read: authority, certificate, proxy', async () => {
    const config = await load(
      `${repository('https://host/x', 'ca: {file: ca.pem}')}    clientCertificate: {cert: {file: c.pem}, key: {env: K}}
    proxy: env
  - {name: b, url: "https://host/b", proxy: "off"}
  - {name: c, url: "https://host/c"}
proxy: http://proxy.example.com:3128
`,
    );
    expect(config.repositories.map(({ connection }) => connection)).toEqual([
      {
        ca: { file: '/etc/tallyman/ca.pem' },
        clientCertificate: { cert: { file: '/etc/tallyman/c.pem' }, key: { env: 'K' } },
        proxy: 'env',
      },
      {},
      { proxy: 'http://proxy.example.com:3128' },
    ]);
  });

  it('by a GitHub App is read', async () => {
    const app = 'appId: 7, installationId: 9, privateKey: {file: app.pem}';
    const config = await load(
      `${repository('https://github.com/acme/x', `auth: {githubApp: {${app}}}`)}  - {name: b, url: "https://git.corp/x", auth: {githubApp: {${app}, apiUrl: "https://git.corp/api/v3"}}}\n`,
    );
    const read = { kind: 'githubApp', appId: '7', installationId: 9 };
    expect(config.repositories[0]?.auth).toMatchObject({ ...read, apiUrl: 'https://api.github.com' });
    expect(config.repositories[1]?.auth).toMatchObject({ ...read, apiUrl: 'https://git.corp/api/v3' });
  });

  const known = 'knownHosts: {file: k}';
  it.each([
    ['no key', 'git@h:x', '', 'an ssh address needs auth: {ssh:'],
    ['a password', 'git@h:x', 'auth: {bearer: {env: T}}', 'an ssh address needs auth: {ssh:'],
    [
      'key and agent',
      'git@h:x',
      `auth: {ssh: {key: {env: K}, agent: true, ${known}}}`,
      'exactly one of key, agent is needed',
    ],
    ['no known hosts', 'git@h:x', 'auth: {ssh: {key: {env: K}}}', 'this key is required and is not there'],
    [
      'known hosts twice',
      'git@h:x',
      'auth: {ssh: {agent: true, knownHosts: {file: k, entries: ["h ssh-rsa AAAA"]}}}',
      'exactly one of file, entries',
    ],
    [
      'a known host that is none',
      'git@h:x',
      'auth: {ssh: {agent: true, knownHosts: {entries: ["SHA256:abc"]}}}',
      'write a line as known_hosts has it',
    ],
    [
      'a passphrase for the agent',
      'git@h:x',
      `auth: {ssh: {agent: true, passphrase: {env: P}, ${known}}}`,
      'passphrase has no meaning with agent',
    ],
    [
      'an authority for ssh',
      'git@h:x',
      `{ca: {file: c}, auth: {ssh: {agent: true, ${known}}}}`,
      'ca has no meaning for an ssh address',
    ],
    [
      'ssh for https',
      'https://h/x',
      `auth: {ssh: {agent: true, ${known}}}`,
      'ssh has no meaning for an http(s) address',
    ],
    ['a proxy for a path', './x', 'proxy: env', 'proxy has no meaning for a local path'],
    [
      'a password of a proxy',
      'https://h/x',
      'proxy: "http://bot:hunter22@proxy:3128"',
      'a user or password is never written here; write env',
    ],
    ['no proxy', 'https://h/x', 'proxy: "proxy:3128"', 'write http://host:port, or env, or off'],
    [
      'an app elsewhere',
      'https://h/x',
      'auth: {githubApp: {appId: 1, installationId: 2, privateKey: {env: K}}}',
      'apiUrl is needed for a repository that is not on github.com',
    ],
    [
      'half a client certificate',
      'https://h/x',
      'clientCertificate: {cert: {file: c}}',
      'this key is required and is not there',
    ],
    [
      'a secret in place',
      'git@h:x',
      `auth: {ssh: {key: hunter22, ${known}}}`,
      'a secret is never written here',
    ],
  ])('is refused: %s', async (_label, url, keys, words) => {
    const text = keys.startsWith('{')
      ? `repositories: [{name: a, url: "${url}", ${keys.slice(1, -1)}}]\n`
      : repository(url, keys);
    const { lines } = await wrongs(text);
    expect(lines.join('\n')).toContain(words);
    expect(lines.join('\n')).not.toContain('hunter22');
  });
});
