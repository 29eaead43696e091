import * as z from 'zod';
import { exactlyOne, httpUrl, proxy, secret } from './fields.ts';

/** `repositories[].auth`: how to log in to the git server. */
// oxlint-disable-next-line typescript/explicit-module-boundary-types -- zod derives the type from the shape
export function auth() {
  const basic = z.strictObject({
    username: z.string().min(1).max(1000).describe('User name.'),
    password: secret('The password or access token.'),
  });
  const either = z.strictObject({
    basic: basic.optional().describe('User name and password, or access token as the password.'),
    bearer: secret('A token for the Authorization header.').optional(),
    githubApp: githubApp()
      .optional()
      .describe('An installation of a GitHub App: short-lived tokens are made with its key.'),
    ssh: ssh().optional().describe('For ssh:// and git@host:path addresses.'),
  });
  return exactlyOne(either, ['basic', 'bearer', 'githubApp', 'ssh'], 'How to log in to the git server.');
}

/** Keys of a repository that concern its https connections. */
// oxlint-disable-next-line typescript/explicit-module-boundary-types -- zod derives the type from the shape
export function connectionKeys() {
  return {
    ca: secret('PEM certificates to trust for this repository beside those of the system.').optional(),
    clientCertificate: z
      .strictObject({
        cert: secret('The certificate, PEM, with its intermediates.'),
        key: secret('The private key of the certificate, PEM.'),
        passphrase: secret('The passphrase of the key, if it has one.').optional(),
      })
      .optional()
      .describe('The certificate with which Tallyman shows itself to the git server.'),
    proxy: proxy('env', 'off')
      .optional()
      .describe(
        'Outbound proxy for this repository: http://host:port, env, or off. Default: as the key of the same name at the top.',
      ),
  };
}

function githubApp() {
  const id = z.union([z.int().positive().transform(String), z.string().regex(/^[\w.-]{1,100}$/)]);
  return z.strictObject({
    appId: id.describe('The id of the app, or its client id.'),
    installationId: z.int().positive().describe('The id of its installation in the organisation.'),
    privateKey: secret('The private key of the app, PEM.'),
    apiUrl: httpUrl
      .optional()
      .describe(
        'Address of the REST API. Default: https://api.github.com for repositories on github.com; GitHub Enterprise Server has https://HOST/api/v3.',
      ),
  });
}

function ssh() {
  const shape = z.strictObject({
    key: secret('The private key: ed25519, ECDSA or RSA, in OpenSSH form or PEM.').optional(),
    passphrase: secret('The passphrase of the key, if it has one.').optional(),
    agent: z.literal(true).optional().describe('Log in with the keys of the ssh-agent at SSH_AUTH_SOCK.'),
    knownHosts: knownHosts(),
  });
  return exactlyOne(shape, ['key', 'agent'], 'Key or agent, and the host keys that are trusted.');
}

function knownHosts() {
  const entry = z
    .string()
    .max(20_000)
    .regex(
      /^(?:@(?:cert-authority|revoked) )?\S+ [\w@.-]+ [A-Za-z0-9+/]+={0,2}(?: [^\n]*)?$/,
      'write a line as known_hosts has it: host, kind of key, key (ssh-keyscan prints them)',
    );
  const shape = z.strictObject({
    file: z.string().min(1).max(4096).optional().describe('Path of a file in the form of known_hosts.'),
    entries: z.array(entry).min(1).max(100).optional().describe('Lines in the form of known_hosts.'),
  });
  return exactlyOne(
    shape,
    ['file', 'entries'],
    'The host keys that are trusted, in the form of known_hosts: read anew at each connection. Any other key is refused.',
  );
}
