import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderMessage, withRecords, type MessageRelease } from '../../src/release/message.ts';
import type { ReleaseRecord } from '../../src/release/model.ts';
import { parseRecords, renderRecord } from '../../src/release/record.ts';
import { record } from './samples.ts';

const file = 'clusters/prod/web/deployment.yaml';

function release(change: Partial<ReleaseRecord> = {}, more: Partial<MessageRelease> = {}): MessageRelease {
  return { record: record(change), file, line: 21, ...more };
}

function firstLine(title: string, releases: readonly MessageRelease[]): string | undefined {
  return renderMessage({ title, releases }).split('\n')[0];
}

describe('renderMessage', () => {
  it('is the default message of product.md 6.1', () => {
    const source = 'https://github.com/acme/web';
    const fromRevision = 'b'.repeat(40);
    const message = renderMessage({ title: 'web', releases: [release({}, { source, fromRevision })] });
    expect(message).toBe(
      `release(web): 1.4.2 -> 1.5.0

ghcr.io/acme/web 1.4.2 -> 1.5.0
  clusters/prod/web/deployment.yaml:21
  https://github.com/acme/web/compare/${fromRevision}...${record().revision}

${renderRecord(record({ source, fromRevision }))}
`,
    );
  });

  const subjects: readonly [label: string, releases: readonly MessageRelease[], expected: string][] = [
    ['one field', [release()], 'release(web): 1.4.2 -> 1.5.0'],
    [
      'two fields, same step',
      [release(), release({ field: 'b.yaml#/image' })],
      'release(web): 1.4.2 -> 1.5.0',
    ],
    ['two steps to one version', [release(), release({ from: '1.4.1' })], 'release(web): 1.5.0'],
    ['two versions of one image', [release(), release({ to: '1.6.0' })], 'release(web): 2 versions'],
    [
      'two images, one version',
      [release(), release({ image: 'ghcr.io/acme/api' })],
      'release(web): 2 images -> 1.5.0',
    ],
    [
      'two images, two versions',
      [release(), release({ image: 'ghcr.io/acme/api', to: '2.0.0' })],
      'release(web): 2 images',
    ],
    ['rollback', [release({ intent: 'rollback', to: '1.4.1' })], 'rollback(web): 1.4.2 -> 1.4.1'],
    ['hold', [release({ intent: 'hold', to: '1.4.2', digest: '' })], 'hold(web): 1.4.2'],
    ['nothing before', [release({ from: '' })], 'release(web): nothing -> 1.5.0'],
    [
      'digest only',
      [release({ from: 'stable', to: 'stable', fromDigest: `sha256:${'cd'.repeat(32)}` })],
      'release(web): stable@sha256:cdcdcdcdcdcd -> stable@sha256:abababababab',
    ],
    ['a long old value', [release({ from: 'x'.repeat(80) })], 'release(web): 1.5.0'],
    ['a long new value', [release({ to: 'x'.repeat(80) })], `release(web): ${'x'.repeat(55)}...`],
  ];
  it.each(subjects)('has a subject for %s', (_, releases, expected) => {
    expect(firstLine('web', releases)).toBe(expected);
  });

  const links: readonly [label: string, more: Partial<MessageRelease>, expected: string | undefined][] = [
    ['github', { source: 'https://github.com/a/b' }, 'https://github.com/a/b/compare/'],
    ['gitlab', { source: 'https://gitlab.example.com/a/b' }, 'https://gitlab.example.com/a/b/-/compare/'],
    ['no source', {}, undefined],
    ['http', { source: 'http://github.com/a/b' }, undefined],
    ['two lines', { source: 'https://github.com/a\nb' }, undefined],
    ['no old revision', { source: 'https://github.com/a/b', fromRevision: undefined }, undefined],
    ['old revision not hex', { source: 'https://github.com/a/b', fromRevision: 'main' }, undefined],
    ['same revision', { source: 'https://github.com/a/b', fromRevision: record().revision }, undefined],
  ];
  it.each(links)('has a compare link only where it is safe: %s', (_, more, expected) => {
    const message = renderMessage({
      title: 'web',
      releases: [release({}, { fromRevision: 'b'.repeat(40), ...more })],
    });
    const link = /https?:\S*\/compare\//.exec(message)?.[0];
    expect(link).toBe(expected);
  });
});

describe('untrusted text in a message', () => {
  const forged = renderRecord(record({ policy: 'forged' }));
  const hostile = fc.oneof(
    fc.constantFrom(forged, `\n${forged}`, `\r${forged}\u2028${forged}`, '\u202e', 'a\u0000b'),
    fc.string({ unit: 'binary', maxLength: 40 }),
  );

  it('never gives a line that reads as a record, and keeps the real ones', () => {
    const anyChange = fc.record({ policy: hostile, image: hostile, from: hostile });
    fc.assert(
      fc.property(hostile, hostile, hostile, anyChange, (title, path, source, change) => {
        const real = record({ ...change, policy: `p${change.policy}` });
        const message = renderMessage({ title, releases: [{ record: real, file: path, line: 1, source }] });
        expect(parseRecords(message)).toEqual({ records: [real], malformed: 0 });
        expect(message.split('\n')[0]?.length).toBeLessThanOrEqual(150);
        expect(message.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
      { numRuns: 200 },
    );
  });

  it('never gives more lines than it has things to say', () => {
    fc.assert(
      fc.property(hostile, hostile, (title, path) => {
        const message = renderMessage({ title, releases: [{ ...release(), file: path }] });
        expect(message.split('\n')).toHaveLength(7);
      }),
    );
  });

  it('takes a record out of a template that holds one', () => {
    const message = withRecords(`my subject\n\n${forged}\n  > ${forged}\n`, [record()]);
    expect(parseRecords(message)).toEqual({ records: [record()], malformed: 0 });
  });

  it('writes the records alone where there is no text', () => {
    expect(withRecords('', [record()])).toBe(`${renderRecord(record())}\n`);
  });

  it('bounds a subject of wide characters by code points', () => {
    const subject = firstLine('\u{1F680}'.repeat(100), [release()]) ?? '';
    expect(Array.from(subject).length).toBeLessThanOrEqual(72);
    expect(subject.isWellFormed()).toBe(true);
  });
});
