import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostKeyFailure } from '../../../src/git/ssh/host-key.ts';
import {
  describeHostKey,
  judgeHostKey,
  knownHostName,
  knownKeyTypes,
  parseKnownHosts,
} from '../../../src/git/ssh/known-hosts.ts';
import { generateSshKey } from '../../../src/git/signing/ssh-keygen.ts';

const [one, two] = [makeKey(), makeKey()];
const rsa = 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAQA=';

function makeKey(): { readonly line: string; readonly blob: Buffer } {
  const [type = '', base64 = ''] = generateSshKey('x').publicKey.split(' ');
  return { line: `${type} ${base64}`, blob: Buffer.from(base64, 'base64') };
}

function hashed(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

function verdict(text: string, host: string, port = 22, blob = one.blob): string {
  return judgeHostKey(parseKnownHosts(text), knownHostName(host, port), blob).kind;
}

describe('a known host', () => {
  it.each([
    ['by its name', 'git.example.com', 'git.example.com', 22],
    ['in any case', 'Git.Example.com', 'GIT.example.COM', 22],
    ['in a list', 'a,git.example.com,b', 'git.example.com', 22],
    ['with a port', '[git.example.com]:2222', 'git.example.com', 2222],
    ['by a wildcard', '*.example.com', 'git.example.com', 22],
    ['by a question mark', 'git?.example.com', 'git1.example.com', 22],
    ['by wildcard and port', '[*.example.com]:2222', 'git.example.com', 2222],
    ['by its address', '::1', '::1', 22],
    ['by address and port', '[::1]:2222', '::1', 2222],
    ['hashed', hashed('git.example.com'), 'git.example.com', 22],
    ['hashed with a port', hashed('[git.example.com]:2222'), 'git.example.com', 2222],
    ['beside a negation of others', '*.example.com,!old.example.com', 'git.example.com', 22],
  ])('is known %s', (_label, hosts, host, port) => {
    expect(verdict(`${hosts} ${one.line} a comment\n`, host, port)).toBe('known');
    expect(verdict(`${hosts}\t${one.line}\r\n`, host, port)).toBe('known');
    expect(verdict(`${hosts} ${two.line}\n`, host, port)).toBe('changed');
    expect(verdict(`${hosts} ${two.line}\n${hosts} ${one.line}\n`, host, port)).toBe('known');
    expect(verdict(`${hosts} ${one.line}\n@revoked * ${one.line}\n`, host, port)).toBe('revoked');
  });

  it.each([
    ['another name', 'git.example.org', 'git.example.com', 22],
    ['a name that ends alike', 'example.com', 'git.example.com', 22],
    ['another port', '[git.example.com]:2222', 'git.example.com', 22],
    ['no port, where one is needed', 'git.example.com', 'git.example.com', 2222],
    ['a negation', '*.example.com,!git.example.com', 'git.example.com', 22],
    ['a negation alone', '!other', 'git.example.com', 22],
    ['a hash of another name', hashed('git.example.org'), 'git.example.com', 22],
    ['a comment', '# git.example.com', 'git.example.com', 22],
  ])('is unknown with %s', (_label, hosts, host, port) => {
    expect(verdict(`${hosts} ${one.line}\n`, host, port)).toBe('unknown');
  });

  it('is not known by a certificate authority, which is said', () => {
    const known = parseKnownHosts(`# first\n@cert-authority *.example.com ${one.line}\n`);
    expect(judgeHostKey(known, 'git.example.com', one.blob).kind).toBe('unknown');
    const failure = hostKeyFailure(
      { host: 'git.example.com', name: 'git.example.com', known, source: 'file k' },
      one.blob,
    );
    expect(failure?.message).toContain(
      'line 2 trusts a certificate authority, and host certificates are not supported',
    );
  });

  it.each([
    'git.example.com',
    `git.example.com ssh-ed25519`,
    `git.example.com ssh-rsa ${one.line.split(' ')[1] ?? ''}`,
    'git.example.com ssh-ed25519 not*base64',
    'git.example.com ssh-ed25519 AAAA',
    `@trusted git.example.com ${one.line}`,
    `|1|xx git.example.com ${one.line}`,
    `|2|${hashed('git.example.com').slice(3)} ${one.line}`,
    `, ${one.line}`,
    'git.example.com 1024 35 1234567890',
  ])('is never known by a line that cannot be read, which is told: %s', (line) => {
    const known = parseKnownHosts(`\n${line}\n`);
    expect(known).toMatchObject({ entries: [], unreadable: [2] });
    const name = 'git.example.com';
    const failure = hostKeyFailure({ host: name, name, known, source: 'file k' }, one.blob);
    expect(failure?.message).toContain('what cannot be read there: line 2');
  });

  it('tells the kinds of its keys in their order', () => {
    const known = parseKnownHosts(
      `h ${rsa}\nh ${one.line}\nh ${two.line}\nother ${one.line}\n@revoked h ${rsa}\n`,
    );
    expect(knownKeyTypes(known, 'h')).toEqual(['ssh-rsa', 'ssh-ed25519']);
    expect(knownKeyTypes(known, 'unknown')).toEqual([]);
  });

  it('shows both fingerprints where the key changed, and where to look', () => {
    const known = parseKnownHosts(`\n[h]:2222 ${two.line}\n`);
    const check = { host: 'h:2222', name: '[h]:2222', known, source: 'file /k' };
    const failure = hostKeyFailure(check, one.blob);
    expect(failure).toMatchObject({ code: 'unreachable', host: 'h:2222', retryable: false });
    expect(failure?.message).toContain(`it shows ${describeHostKey(one.blob)}`);
    expect(failure?.message).toContain(`(file /k) expect ${describeHostKey(two.blob)} (line 2)`);
    expect(hostKeyFailure(check, two.blob)).toBeUndefined();
  });

  it('is matched by wildcards as a regular expression would', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 12 });
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '.'), minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(text, name, (pattern, host) => {
        if (pattern === '') return;
        const source = pattern
          .replaceAll('.', String.raw`\.`)
          .replaceAll('*', '.*')
          .replaceAll('?', '.');
        const expected = new RegExp(`^${source}$`).test(host) ? 'known' : 'unknown';
        expect(verdict(`${pattern} ${one.line}`, host)).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('is looked for in linear time, whatever the file holds', () => {
    const line = `${'*a'.repeat(500)}b ${one.line}\n`;
    const begin = performance.now();
    expect(verdict(line.repeat(200), 'a'.repeat(250))).toBe('unknown');
    expect(performance.now() - begin).toBeLessThan(2000);
  });

  it('is read from any text without an error', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(verdict(text, 'h')).toBe('unknown');
      }),
    );
  });
});
