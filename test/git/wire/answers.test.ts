import { describe, expect, it } from 'vitest';
import { readAdvertisement } from '../../../src/git/wire/advertisement.ts';
import { decodePackets, delimiterPacket } from '../../../src/git/wire/pkt-line.ts';
import { ServerWords, sideBandData } from '../../../src/git/wire/side-band.ts';
import { readFetchHead, readRefs } from '../../../src/git/wire/upload-pack-v2.ts';
import { band, parts, peer, wire } from './wire.ts';

const id = '1'.repeat(40);
const other = '2'.repeat(40);
const packets = (...chunks: readonly (string | Uint8Array)[]): ReturnType<typeof decodePackets> =>
  decodePackets(parts(...chunks), peer);

describe('the first answer of a server', () => {
  it('is read in version 2, with and without the line of the service', async () => {
    const lines = ['version 2\n', 'agent=git/2.39.5\n', 'ls-refs=unborn\n', 'fetch=shallow filter\n', null];
    for (const bytes of [wire(...lines), wire('# service=git-upload-pack\n', null, ...lines)]) {
      const answer = await readAdvertisement(packets(bytes), peer);
      expect(answer.version).toBe(2);
      expect([...answer.capabilities]).toEqual([
        ['agent', 'git/2.39.5'],
        ['ls-refs', 'unborn'],
        ['fetch', 'shallow filter'],
      ]);
    }
  });

  it('is read in versions 0 and 1', async () => {
    const refs = [
      `${id} HEAD\0report-status ofs-delta symref=HEAD:refs/heads/main\n`,
      `${id} refs/heads/main\n`,
    ];
    const tags = [`${other} refs/tags/v1\n`, `${id} refs/tags/v1^{}\n`, `shallow ${id}\n`];
    const service = ['# service=git-receive-pack\n', null];
    for (const start of [service, [...service, 'version 1\n']]) {
      const answer = await readAdvertisement(packets(wire(...start, ...refs, ...tags, null)), peer);
      expect(answer).toMatchObject({
        version: 0,
        refs: [
          { name: 'HEAD', id },
          { name: 'refs/heads/main', id },
          { name: 'refs/tags/v1', id: other },
        ],
      });
      expect([...answer.capabilities.keys()]).toEqual(['report-status', 'ofs-delta', 'symref']);
    }
  });

  it.each([
    [
      'with a line for its capabilities',
      wire('# service=x\n', null, `${'0'.repeat(40)} capabilities^{}\0a b\n`, null),
    ],
    ['without a word', wire('# service=git-upload-pack\n', null, null)],
  ])('of an empty repository has no refs: %s', async (_label, bytes) => {
    expect(await readAdvertisement(packets(bytes), peer)).toMatchObject({ version: 0, refs: [] });
  });

  it.each([
    ['nothing', Buffer.alloc(0), 'did not list its refs as git does'],
    ['no capabilities', wire(`${id} HEAD\n`, null), 'did not list its refs as git does'],
    [
      'sha256',
      wire('version 2\n', 'object-format=sha256\n', null),
      'uses sha256 object ids; only sha1 can be read',
    ],
    [
      'sha256 in version 0',
      wire(`${'a'.repeat(64)} HEAD\0object-format=sha256\n`, null),
      'uses sha256 object ids; only sha1 can be read',
    ],
    ['a refusal', wire('ERR access \u001B[1mdenied\n'), 'git.example.com refused the request: access denied'],
    [
      'a short id',
      wire(`${id} HEAD\0a\n`, '123 refs/heads/x\n', null),
      'listed a ref that cannot be read: "123 refs/heads/x"',
    ],
    [
      'a name with a control character',
      wire(`${id} HEAD\0a\n`, `${id} refs/heads/\u0007\n`, null),
      'listed a ref that cannot be read',
    ],
  ])('is refused: %s', async (_label, bytes, words) => {
    await expect(readAdvertisement(packets(bytes), peer)).rejects.toThrow(words);
  });
});

describe('a list of refs', () => {
  it('is whole only with its end', async () => {
    const line = `${id} refs/heads/main\n`;
    expect(
      await readRefs(packets(wire(line, `${other} refs/heads/x symref-target:y\n`, null)), peer),
    ).toEqual([
      { name: 'refs/heads/main', id },
      { name: 'refs/heads/x', id: other },
    ]);
    await expect(readRefs(packets(wire(line)), peer)).rejects.toThrow('in the middle');
    await expect(readRefs(packets(), peer)).rejects.toThrow('in the middle');
  });
});

describe('a server that answers twice', () => {
  it('is not believed about its refs', async () => {
    const list = wire(`${id} refs/heads/main\n`, null, `${other} refs/heads/main\n`, null);
    await expect(readRefs(packets(list), peer)).rejects.toThrow('went on after the end of its list of refs');
  });

  it('is heard once where it sends a pack', async () => {
    const bytes = [
      band(1, 'PACK'),
      wire(null),
      band(1, 'PACK'),
      band(3, 'fatal: out of memory\n'),
      wire(null),
    ];
    expect(await read(new ServerWords(), ...bytes)).toBe('PACK');
  });
});

describe('the head of a fetch', () => {
  it('tells the edge of the history', async () => {
    const bytes = [
      wire('shallow-info\n', `shallow ${id}\n`, `unshallow ${other}\n`),
      delimiterPacket,
      wire('packfile\n'),
    ];
    expect(await readFetchHead(packets(...bytes), peer)).toEqual({ shallow: [id], unshallow: [other] });
  });

  it.each([
    ['an end without a pack', wire('shallow-info\n', null), 'answered a fetch without a pack'],
    ['an unknown section', wire('wanted-refs\n'), 'a line that has no place there: "wanted-refs"'],
    ['a lost object', wire(`ERR upload-pack: not our ref ${id}\n`), 'no longer has what was asked for'],
    ['nothing', wire(), 'in the middle'],
    [
      'an edge without an end',
      Buffer.alloc(53 * 100_001, wire(`shallow ${id}\n`)),
      'more than 100000 commits at the edge of a history',
    ],
  ])('is refused: %s', async (_label, bytes, words) => {
    await expect(readFetchHead(packets(bytes), peer)).rejects.toThrow(words);
  });
});

describe('the side-band', () => {
  it('parts the data from what is said beside it', async () => {
    const words = new ServerWords();
    const bytes = [band(1, 'PA'), band(2, 'Coun'), band(1, ''), band(2, 'ting\n'), band(1, 'CK'), wire(null)];
    expect(await read(words, ...bytes)).toBe('PACK');
    expect(words.text(peer)).toBe('Counting');
  });

  it.each([
    [
      'a fatal word',
      [band(1, 'PA'), band(3, 'fatal: out of memory\n')],
      'gave up in the middle of its answer: fatal: out of memory',
    ],
    ['an unknown channel', ['0006\u0004x'], 'outside the channels'],
    ['a line without channel', ['0004'], 'outside the channels'],
    ['an end without flush', [band(1, 'PA')], 'in the middle'],
  ])('is refused: %s', async (_label, bytes, words) => {
    await expect(read(new ServerWords(), ...bytes)).rejects.toThrow(words);
  });

  it('keeps a bounded part of what is said', async () => {
    const words = new ServerWords();
    for (let index = 0; index < 10_000; index++) words.add(Buffer.from('noise, noise, noise\n'));
    expect(words.text(peer).length).toBeLessThan(2100);
  });
});

async function read(words: ServerWords, ...chunks: readonly (string | Uint8Array)[]): Promise<string> {
  let text = '';
  for await (const part of sideBandData(packets(...chunks), peer, words))
    text += Buffer.from(part).toString();
  return text;
}
