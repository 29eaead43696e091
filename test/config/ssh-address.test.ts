import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSshAddress } from '../../src/config/ssh-address.ts';

describe('an ssh address', () => {
  it.each([
    ['git@github.com:acme/fleet.git', 'git', 'github.com', 22, 'acme/fleet.git'],
    ['git@host:/srv/git/fleet.git', 'git', 'host', 22, '/srv/git/fleet.git'],
    ['git@host:~/fleet.git', 'git', 'host', 22, '~/fleet.git'],
    ['git@ssh.dev.azure.com:v3/org/project/repo', 'git', 'ssh.dev.azure.com', 22, 'v3/org/project/repo'],
    ['git@[::1]:fleet.git', 'git', '::1', 22, 'fleet.git'],
    ['git@[host:2222]:fleet.git', 'git', 'host', 2222, 'fleet.git'],
    ['ssh://git@host/acme/fleet.git', 'git', 'host', 22, '/acme/fleet.git'],
    ['SSH://git@Host:2222/acme/fleet.git', 'git', 'Host', 2222, '/acme/fleet.git'],
    ['ssh://git@[fe80::1%eth0]:2222/fleet.git', 'git', 'fe80::1%eth0', 2222, '/fleet.git'],
    ['ssh://git@host/~ann/fleet.git', 'git', 'host', 22, '~ann/fleet.git'],
    ['ssh://git@host/~/fleet.git', 'git', 'host', 22, '~/fleet.git'],
    ['ssh://git@host/a%20b/%C3%BC.git', 'git', 'host', 22, '/a b/ü.git'],
    ["git@host:it's $(odd);x", 'git', 'host', 22, "it's $(odd);x"],
    [
      'APKA1234@git-codecommit.eu-west-1.amazonaws.com:v1/x',
      'APKA1234',
      'git-codecommit.eu-west-1.amazonaws.com',
      22,
      'v1/x',
    ],
  ])('is read: %s', (text, username, address, port, path) => {
    expect(parseSshAddress(text)).toMatchObject({ kind: 'ssh', username, address, port, path });
  });

  it.each([
    ['git.example.com:acme/fleet.git', 'the user is missing: write git@git.example.com'],
    ['ssh://host/fleet.git', 'the user is missing'],
    ['ssh://@host/fleet.git', 'the user is missing'],
    ['ssh://git:hunter2@host/fleet.git', 'a password is never written in a URL'],
    ['ssh://git@host', 'the path of the repository is missing'],
    ['ssh://git@host/', 'the path of the repository is missing'],
    ['git@host:', 'the path of the repository is missing'],
    ['ssh://git@host:0/x', '0 is no port'],
    ['ssh://git@host:70000/x', '70000 is no port'],
    ['ssh://git@host:22x/x', 'this is no ssh address'],
    ['ssh://git@-oProxyCommand=x/x', 'this is no host name'],
    ['-oProxyCommand=x@host:x', 'this is no user name'],
    ['git@host:--upload-pack=x', 'the path begins with a dash'],
    ['git@host:a\nb', 'the path holds a line break'],
    ['ssh://git@host/a%0Ab', 'the path holds a line break'],
    ['ssh://git@host/a%zz', 'the path has a %'],
    ['ssh://git@host/a?b', 'a query or fragment'],
    ['git@[zz]:x', 'this is no host name or address'],
  ])('is refused: %s', (text, words) => {
    const read = parseSshAddress(text);
    expect(read).toHaveProperty('wrong', expect.stringContaining(words));
    expect(JSON.stringify(read)).not.toContain('hunter2');
  });

  it.each(['https://git@host/x', './a:b', '/srv/a:b', 'fleet.git', '../x', 'file:///x'])(
    'is something else: %s',
    (text) => {
      expect(parseSshAddress(text)).toBeUndefined();
    },
  );

  it('has one spelling for one place, which is read as itself', () => {
    const one = parseSshAddress('git@host:/fleet.git');
    expect(parseSshAddress('ssh://git@host:22/fleet.git')).toEqual(one);
    expect(parseSshAddress('git@host:fleet.git')).not.toEqual(one);
  });

  it('is read in time whatever stands there', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('ssh://git@[]:%~-/.a1')) }), (text) => {
        const read = parseSshAddress(`git@${text}`);
        if (read === undefined || 'wrong' in read) return;
        expect(read.path).not.toMatch(/^-/);
        expect(read.address).toMatch(/^[\w.:%-]+$/);
      }),
    );
  });
});
