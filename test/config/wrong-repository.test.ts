import { describe, expect, it } from 'vitest';
import { wrongs } from './config-file.ts';

const signing = 'signing: {ssh: {key: {file: id}}}\n    ';

describe('what is wrong with one repository is told with its place', () => {
  const cases: readonly [label: string, yaml: string, lines: readonly string[]][] = [
    [
      'a longest wait without a quiet time',
      'maxWait: 1m',
      ['4:5: repositories[0]: maxWait has no meaning without quiet beside it'],
    ],
    [
      'a longest wait that is shorter than the quiet time',
      'quiet: 1m\n    maxWait: 30s',
      ['5:14: repositories[0].maxWait: maxWait is shorter than quiet, which then never counts'],
    ],
    [
      'a quiet time of a day',
      'quiet: 24h',
      ['4:12: repositories[0].quiet: "24h" is outside 0s to 1h; write for example 30s, 5m or 1h30m'],
    ],
    [
      'a verified head without anybody to trust',
      `${signing}verifyHead: tip`,
      [
        '5:17: repositories[0].verifyHead: verifyHead needs trustedSigners with ssh, openpgp or both; nobody would be trusted',
      ],
    ],
    [
      'a verified head where our own commits are not signed',
      'verifyHead: tip\n    trustedSigners: {ssh: {file: signers}}',
      [
        '4:17: repositories[0].verifyHead: verifyHead needs signing; our own commits would be the first that are not trusted',
      ],
    ],
    [
      'trusted signers for nothing',
      `${signing}trustedSigners: {ssh: {file: signers}}`,
      [
        '5:5: repositories[0]: trustedSigners has no meaning without verifyHead: tip or since-last-verified beside it',
      ],
    ],
    [
      'another kind of verification',
      `${signing}verifyHead: all\n    trustedSigners: {ssh: {file: signers}}`,
      ['5:17: repositories[0].verifyHead: one of tip, since-last-verified is expected here'],
    ],
    [
      'a reviewed commit that counts for nothing',
      `${signing}verifyHead: tip\n    trustedSigners: {ssh: {file: signers}, reviewed: ${'a'.repeat(40)}}`,
      ['6:44: repositories[0].trustedSigners: reviewed has no meaning with verifyHead: tip; remove it'],
    ],
    [
      'a short id of a reviewed commit',
      `${signing}verifyHead: since-last-verified\n    trustedSigners: {ssh: {file: signers}, reviewed: abcdef1}`,
      [
        '6:54: repositories[0].trustedSigners.reviewed: write the whole id of a commit, 40 digits and letters from a to f',
      ],
    ],
  ];

  it.each(cases)('%s', async (_, yaml, lines) => {
    const text = `repositories:\n  - name: fleet\n    url: https://a.example/b\n    ${yaml}\n`;
    expect((await wrongs(text)).lines).toEqual(lines);
  });
});
