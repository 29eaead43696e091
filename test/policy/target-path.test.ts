import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTargetPath } from '../../src/policy/document/target-path.ts';

/** Steps without `end`, or the error. */
function read(path: string): unknown {
  const result = parseTargetPath(path);
  return 'error' in result ? result.error : result.steps.map((step) => ({ ...step, end: undefined }));
}

const name = (text: string): unknown => ({ kind: 'name', name: text });

describe('paths of targets', () => {
  it.each<[string, unknown[]]>([
    ['$.web', [name('web')]],
    ['$.web.image.tag', [name('web'), name('image'), name('tag')]],
    ['$.my-app.größe_2', [name('my-app'), name('größe_2')]],
    ["$['a b']", [name('a b')]],
    [`$["a.b"]['c/d']`, [name('a.b'), name('c/d')]],
    [String.raw`$['it\'s']["\\\""]`, [name("it's"), name('\\"')]],
    ["$['']", [name('')]],
    ["$['😀']", [name('😀')]],
    [
      '$[0][12]',
      [
        { kind: 'index', index: 0 },
        { kind: 'index', index: 12 },
      ],
    ],
    ['$.a[*].b', [name('a'), { kind: 'all' }, name('b')]],
    ['$.*', [{ kind: 'all' }]],
    ["$.a[?@.name=='x']", [name('a'), { kind: 'where', keys: ['name'], value: 'x' }]],
    [`$[ ?( @.a['b'].c == "x y" ) ]`, [{ kind: 'where', keys: ['a', 'b', 'c'], value: 'x y' }]],
    ["$[?@=='x']", [{ kind: 'where', keys: [], value: 'x' }]],
  ])('%s', (path, steps) => {
    expect(read(path)).toEqual(steps);
  });

  it.each([
    ['', 'at character 1: a path begins with $'],
    ['web.tag', 'at character 1: a path begins with $ (did you mean "$.web.tag"?)'],
    ["['web']", 'at character 1: a path begins with $ (did you mean "$[\'web\']"?)'],
    ['$', 'at character 2: it names the whole file; go on with .name or [...]'],
    ['$web', 'at character 2: expected .name or [...]'],
    ['$..tag', 'at character 3: .. is not read here; write every step'],
    ['$.', "at character 3: expected a name; one that is not of letters stands so: ['a/b']"],
    ['$.a/b.c', `at character 4: a name with "/" stands in quotes: ['a/b']`],
    ['$.a b', 'at character 4: expected .name or [...]'],
    ['$[web]', "at character 6: a name in brackets stands in quotes: ['web']"],
    ['$[-1]', 'at character 3: items are counted from 0; there is no index below it'],
    ['$[01]', 'at character 5: write 1 instead'],
    ['$[9999999]', 'at character 10: an index is 1000000 at most'],
    ['$[0:2]', 'at character 4: expected ]'],
    ['$[', "at character 3: expected 'name', a number, * or ?@.name=='x'"],
    ["$['a", "at character 3: the quote ' is not closed"],
    [String.raw`$['a\n']`, String.raw`at character 6: only \\ and a quote follow a backslash`],
    ["$[?@.name='x']", 'at character 10: write == instead of ='],
    ['$[?@.name==x]', "at character 12: expected text in quotes, as in 'x'"],
    ["$[?name=='x']", "at character 4: expected @, as in [?@.name=='x']"],
    ["$[?(@.name=='x']", 'at character 16: expected )'],
    ["$[?@.a=='x' && @.b=='y']", 'at character 13: expected ]'],
    ['$.😀', "at character 3: expected a name; one that is not of letters stands so: ['a/b']"],
    ["$['😀'", 'at character 6: expected ]'],
    [`$${'.a'.repeat(600)}`, 'it has 1201 characters; at most 1024 are allowed'],
  ])('%s is refused', (path, error) => {
    expect(read(path)).toBe(error);
  });

  it('never throw, and say how far each step goes', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\$?([.[\]*?@='"\\ab0 -]{0,12})$/), (path) => {
        const result = parseTargetPath(path);
        if ('error' in result) return;
        expect(result.steps.at(-1)?.end).toBe(path.length);
        const ends = result.steps.map(({ end }) => end);
        expect(ends).toEqual([...new Set(ends)].sort((a, b) => a - b));
      }),
    );
  });
});
