import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { load, withFolder } from './config-file.ts';

const least = 'repositories: [{name: fleet, url: https://git.example.com/fleet.git}]\n';

describe('loadConfig', () => {
  it('fills in every default', async () => {
    expect(await load(least)).toEqual({
      file: '/etc/tallyman/tallyman.yaml',
      repositories: [
        {
          name: 'fleet',
          remote: { kind: 'http', url: 'https://git.example.com/fleet.git' },
          branch: 'main',
          paths: [],
          policyRoots: [],
          schedule: { kind: 'interval', every: 300_000 },
          jitter: 30_000,
          quiet: 0,
          maxWait: 0,
          connection: {},
          author: { name: 'Tallyman', email: 'tallyman@localhost' },
          committer: { name: 'Tallyman', email: 'tallyman@localhost' },
          signOff: false,
          pushOptions: [],
          maxReleasesPerRun: 50,
          confirmFirstRun: true,
        },
      ],
      registries: [],
      concurrency: 4,
      server: { host: '127.0.0.1', port: 8080 },
      stateDirectory: '/etc/tallyman/.tallyman-state',
      environments: [],
      dialects: [],
      logLevel: 'info',
      horizon: 365 * 86_400_000,
    });
  });

  it('reads everything', async () => {
    const config = await load(`
repositories:
  - name: fleet
    url: https://git.example.com/fleet.git
    branch: release/1.x
    paths: ["clusters/**"]
    policyRoots: [policies/]
    interval: 1m
    quiet: 20s
    maxWait: 2m
    auth: {basic: {username: bot, password: {env: GIT_PASSWORD}}}
    signing: {ssh: {key: {file: keys/id}, passphrase: {env: KEY}}}
    verifyHead: since-last-verified
    trustedSigners: {ssh: {file: signers}, openpgp: [{file: a.asc}, {file: /etc/b.asc}], reviewed: 00112233445566778899aabbccddeeff00112233}
    author: {name: Release Bot, email: bot@example.com}
    committer: {name: Committer, email: committer@example.com}
    signOff: true
    push: {options: [ci.skip]}
    maxReleasesPerRun: 20
    confirmFirstRun: false
    message: "release {{title}}"
  - name: second
    url: http://git.example.com/second.git
    auth: {bearer: {file: /run/token}}
    signing: {openpgp: {key: {env: PGP}}}
registries:
  - {host: GHCR.io, auth: {username: bot, password: {env: GHCR}}, insecure: true, concurrency: 2, rateLimit: {perSecond: 1.5}, ca: {file: ca.pem}}
  - {host: index.docker.io}
dockerConfig: docker/config.json
jitter: 2s
concurrency: 1
server: {listen: "[::1]:9090"}
stateDirectory: /var/lib/tallyman
environments:
  - {name: prod, repository: fleet, paths: ["clusters/prod/**"]}
  - {name: staging, repository: fleet, paths: ["clusters/staging/**"], order: -1, rules: {maxReleasesPerRun: 5}}
log: {level: debug}
horizon: 30d
proxy: http://proxy.example.com:3128
`);
    expect(config.repositories[0]).toEqual({
      name: 'fleet',
      remote: { kind: 'http', url: 'https://git.example.com/fleet.git' },
      branch: 'release/1.x',
      paths: ['clusters/**'],
      policyRoots: ['policies'],
      schedule: { kind: 'interval', every: 60_000 },
      jitter: 6000,
      quiet: 20_000,
      maxWait: 120_000,
      auth: { kind: 'basic', username: 'bot', password: { env: 'GIT_PASSWORD' } },
      signing: { kind: 'ssh', key: { file: '/etc/tallyman/keys/id' }, passphrase: { env: 'KEY' } },
      verifyHead: {
        mode: 'since-last-verified',
        allowedSigners: '/etc/tallyman/signers',
        openPgpKeys: ['/etc/tallyman/a.asc', '/etc/b.asc'],
        reviewed: '00112233445566778899aabbccddeeff00112233',
      },
      connection: { proxy: 'http://proxy.example.com:3128' },
      author: { name: 'Release Bot', email: 'bot@example.com' },
      committer: { name: 'Committer', email: 'committer@example.com' },
      signOff: true,
      pushOptions: ['ci.skip'],
      maxReleasesPerRun: 20,
      confirmFirstRun: false,
      message: 'release {{title}}',
    });
    expect(config.repositories[1]).toMatchObject({
      auth: { kind: 'bearer', token: { file: '/run/token' } },
      signing: { kind: 'openpgp', key: { env: 'PGP' } },
      jitter: 2000,
      quiet: 0,
      maxWait: 0,
    });
    expect(config.registries).toEqual([
      {
        host: 'ghcr.io',
        auth: { username: 'bot', password: { env: 'GHCR' } },
        insecure: true,
        concurrency: 2,
        perSecond: 1.5,
        ca: { file: '/etc/tallyman/ca.pem' },
      },
      { host: 'docker.io', insecure: false, concurrency: 8 },
    ]);
    expect(config).toMatchObject({
      dockerConfig: '/etc/tallyman/docker/config.json',
      concurrency: 1,
      server: { host: '::1', port: 9090 },
      stateDirectory: '/var/lib/tallyman',
      environments: [
        { name: 'prod', order: 0, rules: {} },
        { name: 'staging', order: -1, rules: { maxReleasesPerRun: 5 } },
      ],
      logLevel: 'debug',
      horizon: 30 * 86_400_000,
      proxy: 'http://proxy.example.com:3128',
    });
  });

  it.each([
    ['a path beside the file', 'labs/../lab.git', '/etc/tallyman/lab.git'],
    ['an absolute path', '/srv/lab.git', '/srv/lab.git'],
    ['a path with a colon', './a:b', '/etc/tallyman/a:b'],
  ])('takes a local repository: %s', async (_label, url, path) => {
    const config = await load(`repositories: [{name: lab, url: "${url}"}]`);
    expect(config.repositories[0]?.remote).toEqual({ kind: 'local', path });
  });

  const daily = { kind: 'cron', expression: '0 9 * * 1-5', timeZone: 'Europe/Copenhagen' };
  it.each([
    ['the interval of all', 'interval: 1h', '', { kind: 'interval', every: 3_600_000 }, 30_000],
    ['its own interval', 'interval: 1h', ', interval: 10s', { kind: 'interval', every: 10_000 }, 1000],
    ['the cron of all', 'cron: "0 9 * * 1-5"\ntimeZone: Europe/Copenhagen', '', daily, 0],
    [
      'its own cron',
      '',
      ', cron: "* * * * *"',
      { kind: 'cron', expression: '* * * * *', timeZone: 'UTC' },
      0,
    ],
    [
      'its own interval, not the cron of all',
      'cron: "* * * * *"',
      ', interval: 1m',
      { kind: 'interval', every: 60_000 },
      6000,
    ],
    ['no jitter', 'jitter: 0s', '', { kind: 'interval', every: 300_000 }, 0],
    [
      'cron with jitter',
      'cron: "* * * * *"\njitter: 5s',
      '',
      { kind: 'cron', expression: '* * * * *', timeZone: 'UTC' },
      5000,
    ],
  ])('gives a repository %s', async (_label, all, own, schedule, jitter) => {
    const config = await load(`repositories: [{name: fleet, url: "https://a.example"${own}}]\n${all}\n`);
    expect(config.repositories[0]).toMatchObject({ schedule, jitter });
  });

  it.each([
    ['off', undefined],
    [':8080', { host: '0.0.0.0', port: 8080 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
  ])('listens on %s', async (text, server) => {
    expect((await load(`${least}server: {listen: "${text}"}`)).server).toEqual(server);
  });

  it('tells how to begin where there is no file', async () => {
    await withFolder(async (folder) => {
      const path = join(folder, 'tallyman.yaml');
      await expect(loadConfig(path)).rejects.toMatchObject({
        code: 'invalid-config',
        file: path,
        message: expect.stringMatching(
          /^there is no configuration file .*tallyman\.yaml; .*\nrepositories:\n/,
        ) as string,
      });
      await expect(loadConfig(folder)).rejects.toMatchObject({
        message: expect.stringContaining(': it is a folder; name the file in it') as string,
      });
    });
  });
});
