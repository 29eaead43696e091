import { describe, expect, it } from 'vitest';
import { readMarkerText } from '../../src/fields/marker-text.ts';

describe('readMarkerText', () => {
  it.each([
    ['# {"$tallyman": "web"}', 'tallyman', 'web', 'image'],
    ['#{"$tallyman":"web:tag"}', 'tallyman', 'web', 'tag'],
    ['##  {"$tallyman": "web:name"}  ', 'tallyman', 'web', 'name'],
    ['# {"$imagepolicy": "flux-system:web"}', 'flux2', 'flux-system:web', 'image'],
    ['# {"$imagepolicy": "flux-system:web:digest"}', 'flux2', 'flux-system:web', 'digest'],
    ['# {"a": "b", "$imagepolicy": "ns:web:tag"}', 'flux2', 'ns:web', 'tag'],
  ])('reads %s', (comment, dialect, policy, part) => {
    expect(readMarkerText(comment)).toEqual({ dialect, policy, part });
  });

  it.each([
    ['text in front', '# see {"$tallyman": "web"}', 'nothing else'],
    ['text behind', '# {"$tallyman": "web"} and more', 'nothing else'],
    ['single quotes', "# {'$tallyman': 'web'}", 'nothing else'],
    ['two objects', '# {"$tallyman": "web"} {"$tallyman": "web"}', 'nothing else'],
    ['two dialects', '# {"$tallyman": "web", "$imagepolicy": "a:b"}', 'two policies'],
    ['a number', '# {"$tallyman": 1}', 'double quotes'],
    ['another value that is no text', '# {"$tallyman": "web", "n": null}', 'double quotes'],
    ['an unknown part', '# {"$tallyman": "web:tagg"}', 'did you mean "tag"'],
    ['an unknown part that is near none', '# {"$imagepolicy": "a:b:c"}', 'it can be :tag, :name or :digest'],
    ['a part of a part', '# {"$tallyman": "web:tag:tag"}', ':tag:tag'],
    ['no namespace', '# {"$imagepolicy": "web"}', 'namespace:name'],
    ['nothing', '# {"$tallyman": ""}', 'names no policy'],
    ['a blank', '# {"$tallyman": " web"}', 'names no policy'],
    ['a typo', '# {"$imagePolicy": "a:b"}', 'did you mean "$imagepolicy"'],
  ])('says what is wrong: %s', (_, comment, words) => {
    expect(readMarkerText(comment)).toEqual({ wrong: expect.stringContaining(words) as string });
  });

  it.each([
    '# a comment',
    '# {"$openapi": "replicas"}',
    '# {"$ref": "x"}',
    '# $imagepolicy is a marker',
    '# {}',
    '# {"a": 1}',
    '# [1]',
    '#',
  ])('leaves %s alone', (comment) => {
    expect(readMarkerText(comment)).toBeUndefined();
  });
});
