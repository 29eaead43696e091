import { describe, expect, it } from 'vitest';
import type { CommitId } from '../../../src/release/log.ts';
import { isAtOldId, pushBody, readReport, zeroId } from '../../../src/git/wire/receive-pack.ts';
import { peer, wire } from './wire.ts';

const ref = 'refs/heads/main';
const oldId = 'a'.repeat(40) as CommitId;
const newId = 'b'.repeat(40) as CommitId;
const push = { ref, oldId, newId, pack: Buffer.from('PACK...'), options: [] };

describe('a push', () => {
  it('is one command on condition of the old id, then the pack', () => {
    const capabilities = new Map([
      ['report-status', ''],
      ['side-band-64k', ''],
      ['atomic', ''],
      ['object-format', 'sha1'],
      ['agent', 'git/2.39.5'],
      ['push-options', ''],
    ]);
    const command = `${oldId} ${newId} ${ref}\0 report-status side-band-64k`;
    expect(Buffer.from(pushBody(capabilities, push, peer))).toEqual(
      Buffer.concat([wire(`${command} object-format=sha1 agent=tallyman`, null), push.pack]),
    );
    const withOptions = { ...push, options: ['ci.skip'] };
    expect(Buffer.from(pushBody(capabilities, withOptions, peer))).toEqual(
      Buffer.concat([
        wire(`${command} push-options object-format=sha1 agent=tallyman`, null, 'ci.skip', null),
        push.pack,
      ]),
    );
  });

  it('is not sent where the server could not report, or does not take options', () => {
    expect(() => pushBody(new Map(), push, peer)).toThrow('does not report what became of a push');
    const capabilities = new Map([['report-status', '']]);
    expect(() => pushBody(capabilities, { ...push, options: ['x'] }, peer)).toThrow(
      'takes no push options; remove them',
    );
    const both = new Map([...capabilities, ['push-options', '']] as const);
    expect(() => pushBody(both, { ...push, options: ['a\nb'] }, peer)).toThrow('line break');
  });

  it('is expected where the advertised ref is', () => {
    expect(isAtOldId([{ name: ref, id: oldId }], push)).toBe(true);
    expect(isAtOldId([{ name: ref, id: newId }], push)).toBe(false);
    expect(isAtOldId([], push)).toBe(false);
    expect(isAtOldId([], { ...push, oldId: zeroId as CommitId })).toBe(true);
    expect(isAtOldId([{ name: ref, id: oldId }], { ...push, oldId: zeroId as CommitId })).toBe(false);
  });
});

describe('the report of a push', () => {
  const report = (lines: readonly string[], said = ''): unknown => readReport(lines, ref, said, peer);

  it('is good only where the pack was taken and this ref moved', () => {
    expect(report(['unpack ok', `ok ${ref}`])).toEqual({ kind: 'ok' });
    expect(() => report(['unpack ok', 'ok refs/heads/mainline'])).toThrow('did not say what became');
    expect(() => report([`ok ${ref}`])).toThrow('did not say what became');
    expect(() => report([])).toThrow('did not say what became');
  });

  it.each([
    'fetch first',
    'non-fast-forward',
    'stale info',
    'failed to update ref',
    'incorrect old value provided',
    'reference already exists',
    "cannot lock ref 'refs/heads/main': is at 1234567 but expected abcdef0",
  ])('tells a lost race: %s', (reason) => {
    expect(report(['unpack ok', `ng ${ref} ${reason}`])).toEqual({ kind: 'raced' });
  });

  it.each([
    ['failed to lock', '', 'failed to lock'],
    [
      'failed to update ref',
      "error: cannot lock ref 'refs/heads/main': Unable to create '/srv/x.git/./refs/heads/main.lock': File exists.\n\nAnother git process seems to be running",
      "error: cannot lock ref 'refs/heads/main': Unable to create '/srv/x.git/./refs/heads/main.lock': File exists.",
    ],
  ])('tells a lock that is held: %s', (reason, said, locked) => {
    expect(report(['unpack ok', `ng ${ref} ${reason}`], said)).toEqual({ kind: 'raced', locked });
  });

  it.each([
    ['Permission denied', "error: cannot lock ref: Unable to create 'main.lock': Permission denied"],
    ['disk full', 'error: unable to write: No space left on device'],
    ['read-only disk', 'error: cannot lock ref: Read-only file system'],
  ])('tells a lock that will fail again from a lost race: %s', (_label, said) => {
    expect(report(['unpack ok', `ng ${ref} failed to update ref`], said)).toEqual({
      kind: 'refused',
      words: `${said}\nfailed to update ref`,
    });
  });

  it.each([
    [
      'a hook',
      ['unpack ok', `ng ${ref} pre-receive hook declined`],
      'Ask Ann.',
      'Ask Ann.\npre-receive hook declined',
    ],
    [
      'a protected branch',
      ['unpack ok', `ng ${ref} protected branch hook declined`],
      '',
      'protected branch hook declined',
    ],
    [
      'a damaged pack',
      ['unpack index-pack abnormal exit', `ng ${ref} unpacker error`],
      '',
      'unpacker error\nindex-pack abnormal exit',
    ],
    ['a pack alone', ['unpack no space'], '', 'no space'],
    ['none', ['unpack ok', `ng ${ref}`], '', 'it gave no reason'],
    ['an empty reason', ['unpack ok', `ng ${ref} `], '', 'it gave no reason'],
    ['another ref beside ours', ['unpack ok', `ng ${ref}2 no`, `ng ${ref} yes`], '', 'yes'],
    ['control characters', ['unpack ok', `ng ${ref} \u001B[31mno\u001B[0m`], '', 'no'],
  ])("gives the server's words: %s", (_label, lines, said, words) => {
    expect(report(lines, said)).toEqual({ kind: 'refused', words });
  });
});
