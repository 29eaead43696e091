import { describe, expect, it } from 'vitest';
import { endpointOf } from '../../../src/registry/oci/endpoint.ts';
import { checkRealm } from '../../../src/registry/oci/realm.ts';

const insecureHosts = new Set(['localhost:5000', 'localhost:5001']);
const tokenHosts = new Map([['registry.acme.test', new Set(['login.acme.test'])]]);
const check = (host: string, realm: string, withCredentials = true) =>
  checkRealm(realm, endpointOf(host, { insecureHosts, endpoints: new Map() }), withCredentials, {
    insecureHosts,
    tokenHosts,
  }).href;

const at = (host: string, endpoints: Record<string, string> = {}) =>
  endpointOf(host, { insecureHosts, endpoints: new Map(Object.entries(endpoints)) });

describe('checkRealm, with credentials', () => {
  it.each([
    ['ghcr.io', 'https://ghcr.io/token'],
    ['docker.io', 'https://auth.docker.io/token'],
    ['registry.gitlab.com', 'https://gitlab.com/jwt/auth'],
    ['gitlab.acme.test:5050', 'https://gitlab.acme.test/jwt/auth'],
    ['registry.acme.test', 'https://login.acme.test/token'],
    ['localhost:5000', 'http://localhost:5000/token'],
    ['localhost:5000', 'https://localhost/token'],
  ])('%s may send to %s', (host, realm) => expect(check(host, realm)).toBe(realm));

  it.each([
    ['ghcr.io', 'https://auth.docker.io/token'],
    ['ghcr.io', 'https://ghcr.io.evil.test/token'],
    ['ghcr.io', 'https://evil.test/ghcr.io'],
    ['docker.io', 'https://auth.docker.io:444/token'],
    ['docker.io', 'https://docker.io.evil.test/token'],
    ['a.azurecr.io', 'https://b.azurecr.io/oauth2/token'],
    ['registry.acme.test', 'https://other.acme.test/token'],
    ['other.test', 'https://login.acme.test/token'],
    ['localhost:5000', 'http://localhost:5001/token'],
    ['ghcr.io', 'https://169.254.169.254/token'],
  ])('%s may not send to %s', (host, realm) => {
    expect(() => check(host, realm)).toThrow(/nothing was sent/);
    expect(check(host, realm, false)).toBe(realm);
  });

  it.each([
    ['ghcr.io', 'http://ghcr.io/token'],
    ['localhost:5000', 'http://localhost:5002/token'],
  ])('%s may not send to %s, nor ask there', (host, realm) => {
    for (const known of [true, false]) expect(() => check(host, realm, known)).toThrow(/without TLS/);
  });
});

describe('endpointOf', () => {
  it.each([
    ['ghcr.io', {}, 'https://ghcr.io/', 'ghcr.io'],
    ['docker.io', {}, 'https://registry-1.docker.io/', 'docker.io'],
    ['localhost:5000', {}, 'http://localhost:5000/', 'localhost:5000'],
    ['docker.io', { 'docker.io': 'https://mirror.test/hub' }, 'https://mirror.test/hub', 'mirror.test'],
    [
      'docker.io',
      { 'docker.io': 'https://registry-1.docker.io' },
      'https://registry-1.docker.io/',
      'docker.io',
    ],
    ['ghcr.io', { 'ghcr.io': 'http://localhost:5001' }, 'http://localhost:5001/', 'localhost:5001'],
  ])('%s with %j', (host, endpoints, base, credentialHost) => {
    const endpoint = at(host, endpoints);
    expect([endpoint.base.href, endpoint.credentialHost]).toEqual([base, credentialHost]);
  });

  it.each([
    ['plain http that is not configured', 'http://mirror.test', /plain http/],
    ['user info', 'https://ann:pw@mirror.test', /without user name/],
    ['no URL', 'mirror.test', /https address/],
  ])('refuses %s', (_, address, words) => {
    expect(() => at('ghcr.io', { 'ghcr.io': address })).toThrow(words);
  });
});
