import { describe, expect, it } from 'vitest';
import { nextLink } from '../../../src/registry/oci/link.ts';

describe('nextLink', () => {
  it.each<[string, string, string | undefined]>([
    ['what registries send', '</v2/a/tags/list?n=2&last=b>; rel="next"', '/v2/a/tags/list?n=2&last=b'],
    ['without quotes', '</x>;rel=next', '/x'],
    ['in capitals', '</x>; REL="NEXT"', '/x'],
    ['among several relations', '</x>; rel="prefetch next"', '/x'],
    ['after another link', '</a,b>; rel="prev"; title="a, <b>", </x>; rel="next"', '/x'],
    ['after other parameters', '</x>; title="a;b"; rel="next"', '/x'],
    ['another relation', '</x>; rel="last"', undefined],
    ['a relation that only looks like it', '</x>; rel="nextish"', undefined],
    ['no relation', '</x>', undefined],
    ['no target', 'rel="next"', undefined],
    ['a target that never ends', '</x; rel="next"', undefined],
    ['nothing', '', undefined],
  ])('%s', (_, header, target) => expect(nextLink(header)).toBe(target));

  it.each(['<', '<>', '<>,', '"', '<>;"', '; rel'])('takes linear time: %s', (part) => {
    const start = performance.now();
    nextLink(part.repeat(1_000_000));
    expect(performance.now() - start).toBeLessThan(500);
  });
});
