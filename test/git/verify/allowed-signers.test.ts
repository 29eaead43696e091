import { describe, expect, it } from 'vitest';
import { generateSshKey } from '../../../src/git/signing/ssh-keygen.ts';
import { readAllowedSigners } from '../../../src/git/verify/allowed-signers.ts';

const key = generateSshKey('').publicKey.trim();
const [, blob = ''] = key.split(' ');

describe('allowed signers', () => {
  it.each([
    [
      'a certificate authority',
      `ann cert-authority ${key}`,
      /cert-authority is not supported; list the key of each signer itself$/,
    ],
    [
      'an authority among options',
      `ann namespaces="git",cert-authority ${key}`,
      /cert-authority is not supported/,
    ],
    ['an unknown option', `ann verify-required ${key}`, /the option is unknown/],
    ['an option twice', `ann namespaces="file",Namespaces="git" ${key}`, /Namespaces stands twice/],
    ['a limit that nobody would read', `ann "namespaces="file"" ${key}`, /the option is unknown/],
    ['no principals', key, /this is no line of allowed signers/],
    ['no key', 'ann ssh-ed25519', /this is no line of allowed signers/],
    ['a damaged key', `ann ssh-ed25519 ${blob.slice(0, 40)}`, /the key cannot be used: it ends too early/],
    [
      'a key of another kind than it says',
      `ann ssh-rsa ${blob}`,
      /the line says ssh-rsa, and its key is of the kind ssh-ed25519/,
    ],
    ['an open quote', `ann namespaces="git ${key}`, /a quote is not closed/],
    ['a day that does not exist', `ann valid-before="20260230" ${key}`, /valid-before is no time/],
    ['a time in words', `ann valid-after="tomorrow" ${key}`, /valid-after is no time/],
    ['DSA', 'ann ssh-dss AAAAB3NzaC1kc3MAAAAA', /of the kind ssh-dss, and only/],
  ])('are refused with their line: %s', (_, line, expected) => {
    const read = () => readAllowedSigners(`# people\n${line}\n`, 'signers');
    expect(read).toThrow(/^signers, line 2: /);
    expect(read).toThrow(expected);
  });

  it('may be nobody', () => {
    expect(readAllowedSigners('\n# nobody\n', 'signers')).toEqual([]);
  });

  it('read times in this machine’s zone where they do not end in Z', () => {
    const [line] = readAllowedSigners(
      `ann valid-after="20260102030405",valid-before="202601020304Z" ${key} a comment\n`,
      '',
    );
    expect(line).toMatchObject({
      principals: 'ann',
      validAfter: new Date(2026, 0, 2, 3, 4, 5).getTime(),
      validBefore: Date.UTC(2026, 0, 2, 3, 4),
    });
  });
});
