import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseChallenges } from '../../../src/registry/oci/challenge.ts';

const read = (header: string) =>
  parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

describe('parseChallenges', () => {
  it.each<[string, string, unknown]>([
    [
      'what registries send',
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push"',
      [
        [
          'bearer',
          {
            realm: 'https://auth.docker.io/token',
            service: 'registry.docker.io',
            scope: 'repository:a/b:pull,push',
          },
        ],
      ],
    ],
    ['one without parameters', 'Negotiate', [['negotiate', {}]]],
    ['token68', 'NTLM abc+/==', [['ntlm', {}]]],
    [
      'token68, then another',
      'Negotiate abc==, Basic realm="x"',
      [
        ['negotiate', {}],
        ['basic', { realm: 'x' }],
      ],
    ],
    [
      'several in one header',
      'Newauth realm="apps", type=1, title="Login to \\"apps\\", now", Basic realm="simple"',
      [
        ['newauth', { realm: 'apps', type: '1', title: 'Login to "apps", now' }],
        ['basic', { realm: 'simple' }],
      ],
    ],
    [
      'a scheme, a comma, a scheme',
      'Negotiate, Basic realm=a',
      [
        ['negotiate', {}],
        ['basic', { realm: 'a' }],
      ],
    ],
    [
      'empty elements and spaces',
      ' , ,Basic  realm = "a" ,, charset="UTF-8", ',
      [['basic', { realm: 'a', charset: 'UTF-8' }]],
    ],
    ['names in capitals', 'BEARER Realm="A"', [['bearer', { realm: 'A' }]]],
    ['a repeated parameter', 'Bearer realm="good", realm="evil"', [['bearer', { realm: 'good' }]]],
    ['a quote that never ends', 'Basic realm="abc', [['basic', { realm: '' }]]],
    ['nothing', '', []],
    ['only a quote', '"', []],
    [
      'a parameter named __proto__',
      'Basic __proto__="x"',
      [['basic', Object.fromEntries([['__proto__', 'x']])]],
    ],
  ])('%s', (_, header, expected) => expect(read(header)).toEqual(expected));

  it('reads back what is written by the grammar', () => {
    const name = fc.stringMatching(/^[a-z]{1,8}$/);
    const value = fc.string({ unit: fc.constantFrom('a', '"', '\\', ',', ' ', '=', 'é'), maxLength: 12 });
    const challenge = fc.tuple(
      name,
      fc.dictionary(name, value, { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
    );
    fc.assert(
      fc.property(fc.array(challenge, { maxLength: 4 }), (challenges) => {
        const header = challenges
          .map(([scheme, parameters]) => {
            const pairs = Object.entries(parameters).map(([k, v]) => `${k}="${v.replace(/["\\]/g, '\\$&')}"`);
            return `${scheme} ${pairs.join(', ')}`;
          })
          .join(', ');
        expect(read(header)).toEqual(challenges);
      }),
    );
  });

  it.each([
    ['commas', ','],
    ['quotes', '"\\"'],
    ['equal signs', 'a='],
    ['open strings', 'a="\\'],
    ['schemes', 'a '],
  ])('takes linear time: %s', (_, part) => {
    const start = performance.now();
    parseChallenges(part.repeat(1_000_000));
    expect(performance.now() - start).toBeLessThan(500);
  });
});
