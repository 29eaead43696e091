import { describe, expect, it } from 'vitest';
import { parseCreated } from '../../../src/registry/oci/image-config.ts';

describe('parseCreated', () => {
  it.each<[string, string, number | undefined]>([
    ['milliseconds', '2026-01-02T03:04:05.678Z', Date.UTC(2026, 0, 2, 3, 4, 5, 678)],
    ['nanoseconds', '2026-01-02T03:04:05.678912345Z', Date.UTC(2026, 0, 2, 3, 4, 5, 678)],
    ['whole seconds', '2026-01-02T03:04:05Z', Date.UTC(2026, 0, 2, 3, 4, 5)],
    ['an offset', '2026-01-02T03:04:05+02:00', Date.UTC(2026, 0, 2, 1, 4, 5)],
    ['small letters', '2026-01-02t03:04:05z', Date.UTC(2026, 0, 2, 3, 4, 5)],
    ['the first that counts', '2013-01-01T00:00:00Z', Date.UTC(2013, 0, 1)],
    ['just before it', '2012-12-31T23:59:59.999Z', undefined],
    ['the zero time of Go', '0001-01-01T00:00:00Z', undefined],
    ['the start of time', '1970-01-01T00:00:00Z', undefined],
    ['a month that is none', '2026-13-01T00:00:00Z', undefined],
    ['no zone', '2026-01-02T03:04:05', undefined],
    ['a date alone', '2026-01-02', undefined],
    ['words', 'yesterday', undefined],
    ['a number', '1767323045', undefined],
    ['a format that Date.parse would take', 'Jan 2 2026 03:04:05 GMT', undefined],
  ])('%s', (_, text, time) => expect(parseCreated(text)).toBe(time));
});
