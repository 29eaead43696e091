import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intents, type ReleaseRecord } from '../../src/release/model.ts';
import { sourceAddress } from '../../src/release/labels.ts';
import { parseRecords, renderRecord } from '../../src/release/record.ts';
import { record } from './samples.ts';

const anyText = (least: number, most: number): fc.Arbitrary<string> =>
  fc.string({ unit: 'binary', minLength: least, maxLength: most });
const hex = (length: number): fc.Arbitrary<string> =>
  fc.string({
    unit: fc.constantFrom(...Array.from('0123456789abcdef')),
    minLength: length,
    maxLength: length,
  });

const anyRecord: fc.Arbitrary<ReleaseRecord> = fc.record({
  branch: anyText(1, 30),
  env: anyText(0, 20),
  policy: anyText(1, 30),
  field: anyText(1, 60),
  image: anyText(0, 40),
  from: anyText(0, 40),
  fromDigest: anyText(0, 20),
  to: fc.constantFrom('', '1.5.0', 'main-abc_DEF', 'a'.repeat(128)),
  digest: fc.oneof(
    fc.constant(''),
    hex(64).map((digits) => `sha256:${digits}`),
  ),
  revision: fc.oneof(fc.constant(''), hex(7), hex(40), hex(64)),
  intent: fc.constantFrom(...intents),
});

/** Of records that know where the code lives. */
const anySource = fc.record(
  {
    fromRevision: hex(40),
    ordered: fc.constant(true as const),
    source: fc.webUrl({ validSchemes: ['https'] }).map((url) => sourceAddress(url) ?? ''),
  },
  { requiredKeys: [] },
);

describe('renderRecord', () => {
  it('writes the line of product.md 6.1', () => {
    expect(renderRecord(record())).toBe(
      'Tallyman-Release: v=1 branch=main env=prod policy=web ' +
        'field=clusters/prod/web/deployment.yaml#/spec/template/spec/containers/0/image ' +
        'image=ghcr.io/acme/web from=1.4.2 from-digest= to=1.5.0 ' +
        `digest=sha256:${'ab'.repeat(32)} revision=${'c0ffee'.padEnd(40, '0')} intent=update`,
    );
  });

  it('gives one line of printable ASCII that reads back exactly, whatever is in it', () => {
    fc.assert(
      fc.property(anyRecord, anySource, (plain, { source = '', ...more }) => {
        const value = { ...plain, ...more, ...(source === '' ? {} : { source }) };
        const line = renderRecord(value);
        expect(line).toMatch(/^[ -~]*$/);
        expect(parseRecords(line)).toEqual({ records: [value], malformed: 0 });
      }),
      { numRuns: 300 },
    );
  });
});

describe('where the code lives', () => {
  const line = renderRecord(record({ fromRevision: 'b'.repeat(40), source: 'https://github.com/acme/web' }));

  it('stands before the intent, which ends a record', () => {
    expect(line).toMatch(/ from-revision=b{40} source=https:\/\/github\.com\/acme\/web intent=update$/);
  });

  it.each([
    ['no https', 'http://github.com/acme/web'],
    ['user info', 'https://a:b@github.com/acme/web'],
    ['no address', '"two words"'],
    ['a script', 'javascript:alert(1)'],
  ])('is left out, and nothing else, where it is %s', (_, source) => {
    const { records } = parseRecords(line.replace('https://github.com/acme/web', source));
    expect(records).toEqual([record({ fromRevision: 'b'.repeat(40) })]);
  });

  it('gives the same address however often it is read', () => {
    fc.assert(
      fc.property(
        fc.webUrl({ validSchemes: ['https'] }),
        fc.constantFrom('', '/', '.git', '.git/', '//', '/.git.git'),
        (url, end) => {
          const once = sourceAddress(url + end);
          expect(once === undefined ? undefined : sourceAddress(once)).toBe(once);
        },
      ),
    );
  });
});

describe('parseRecords in decorated messages', () => {
  const line = renderRecord(record());
  const decorated: readonly [label: string, message: string][] = [
    ['alone', line],
    ['after a subject and body', `release(web): 1.5.0\n\nwhy\n\n${line}\n`],
    ['indented by a squash', `Squashed commit of:\n\n    ${line}`],
    ['in a list', `* release(web)\n* ${line}`],
    ['quoted', `> ${line}`],
    ['quoted list with tabs', `>\t- ${line}`],
    ['with CRLF', `a\r\n${line}\r\nb`],
    ['with trailing blanks', `${line}   `],
    ['followed by a trailer', `${line}\nSigned-off-by: A <a@example.com>`],
    ['wrapped at 72 columns', wrap(line, '')],
    ['wrapped in a list', wrap(`* ${line}`, '  ')],
    ['with unknown keys', line.replace(' intent=', ' later="x y" intent=')],
  ];
  it.each(decorated)('%s', (_, message) => {
    expect(parseRecords(message)).toEqual({ records: [record()], malformed: 0 });
  });

  it('finds all records of a squash, in order', () => {
    const other = record({ policy: 'api', to: '2.0.0' });
    const message = `* ${line}\n\n* ${renderRecord(other)}\n`;
    expect(parseRecords(message).records).toEqual([record(), other]);
  });

  it('reads a wrapped record with a quoted value, and the next one after it', () => {
    const spaced = record({ from: 'two words', env: 'prod eu' });
    const message = `${wrap(renderRecord(spaced), '')}\n${wrap(line, '')}`;
    expect(parseRecords(message).records).toEqual([spaced, record()]);
  });
});

describe('parseRecords on what is no record', () => {
  const line = renderRecord(record());
  const ignored: readonly [label: string, message: string][] = [
    ['no key', 'release(web): 1.5.0'],
    ['key inside a sentence', `see ${line}`],
    ['another version', line.replace('v=1', 'v=2')],
    ['another version with another form', line.replace('v=1', 'v=10 shape=round')],
    ['another key', line.replace('Tallyman-Release:', 'Tallyman-Releases:')],
  ];
  it.each(ignored)('%s is passed over', (_, message) => {
    expect(parseRecords(message)).toEqual({ records: [], malformed: 0 });
  });

  const malformed: readonly [label: string, message: string][] = [
    ['nothing after the key', 'Tallyman-Release:'],
    ['no version', line.replace('v=1 ', '')],
    ['a key twice', line.replace('env=prod', 'env=prod env=dev')],
    ['an open quote', line.replace('env=prod', 'env="prod')],
    ['an escape that JSON does not know', line.replace('env=prod', String.raw`env="\q"`)],
    ['an unknown intent', line.replace('intent=update', 'intent=destroy')],
    ['no policy', line.replace('policy=web', 'policy=')],
    ['a tag that is none', line.replace('to=1.5.0', 'to=a/b')],
    ['a short digest', line.replace(/digest=sha256:\w+/, 'digest=sha256:abc')],
    ['a revision that is not hex', line.replace(/revision=\w+/, 'revision=main')],
    ['a value over its bound', line.replace('policy=web', `policy=${'w'.repeat(4097)}`)],
    ['a line over 64 KiB', line.replace('from=1.4.2', `from=${'1'.repeat(64 * 1024)}`)],
  ];
  it.each(malformed)('%s is counted as malformed', (_, message) => {
    expect(parseRecords(message)).toEqual({ records: [], malformed: 1 });
  });

  it('stops at 1,000 records and counts the rest', () => {
    const parsed = parseRecords(`${line}\n`.repeat(1003));
    expect(parsed.records).toHaveLength(1000);
    expect(parsed.malformed).toBe(3);
  });

  it('takes time linear in a hostile message', () => {
    cost(5);
    expect(cost(80)).toBeLessThan(2000);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant(line), fc.constant('Tallyman-Release: '), fc.string())),
        (parts) => {
          const { records, malformed: broken } = parseRecords(parts.join('\n'));
          expect(records.length + broken).toBeLessThanOrEqual(parts.length);
        },
      ),
    );
  });
});

/** As forges wrap: at blanks, so that no line is over 72 columns unless one word is. */
function wrap(text: string, indent: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length > 72 && line !== '') {
      lines.push(line);
      line = indent + word;
    } else line = longer;
  }
  return [...lines, line].join('\n');
}

function cost(lines: number): number {
  const message = `Tallyman-Release: v=1 a="${'\\'.repeat(40_000)}\n`.repeat(lines);
  const start = performance.now();
  parseRecords(message);
  return performance.now() - start;
}
