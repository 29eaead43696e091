import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatReference,
  parseReference,
  parseRepository,
  registryHost,
  repositoryPath,
} from '../../src/image/reference.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('repositories', () => {
  const rows: readonly (readonly [spelled: string, canonical: string | undefined])[] = [
    ['redis', 'docker.io/library/redis'],
    ['docker.io/redis', 'docker.io/library/redis'],
    ['docker.io/library/redis', 'docker.io/library/redis'],
    ['index.docker.io/library/redis', 'docker.io/library/redis'],
    ['registry-1.docker.io/acme/web', 'docker.io/acme/web'],
    ['acme/web', 'docker.io/acme/web'],
    ['ghcr.io/acme/web', 'ghcr.io/acme/web'],
    ['GHCR.io/acme/web', 'ghcr.io/acme/web'],
    ['ghcr.io/acme/team/web', 'ghcr.io/acme/team/web'],
    ['localhost/web', 'localhost/web'],
    ['localhost:5000/web', 'localhost:5000/web'],
    ['registry:5000/web', 'registry:5000/web'],
    ['[::1]:5000/web', '[::1]:5000/web'],
    ['127.0.0.1:5000/web', '127.0.0.1:5000/web'],
    ['acme/web_app', 'docker.io/acme/web_app'],
    ['acme/web__app', 'docker.io/acme/web__app'],
    ['acme/web--app.x', 'docker.io/acme/web--app.x'],
    ['', undefined],
    ['/', undefined],
    ['ghcr.io/', undefined],
    ['/web', undefined],
    ['acme//web', undefined],
    ['acme/web/', undefined],
    ['acme/Web', undefined],
    ['Redis', undefined],
    ['acme/web_', undefined],
    ['acme/web___app', undefined],
    ['acme/-web', undefined],
    ['acme/web..app', undefined],
    ['redis:7', undefined],
    ['https://ghcr.io/acme/web', undefined],
    ['ghcr.io/acme/web ', undefined],
    ['ghcr.io/acme/${NAME}', undefined],
    ['{{ .Image }}', undefined],
    ['-bad.host/web', undefined],
    ['host:port/web', undefined],
    [`a/${'b'.repeat(2000)}`, undefined],
  ];
  it.each(rows)('%s', (spelled, canonical) => {
    expect(parseRepository(spelled)).toEqual(
      canonical === undefined ? undefined : { spelled, repository: canonical },
    );
  });

  it('have a host and a path', () => {
    const name = parseRepository('localhost:5000/acme/web');
    if (name === undefined) throw new Error('not read');
    expect(registryHost(name.repository)).toBe('localhost:5000');
    expect(repositoryPath(name.repository)).toBe('acme/web');
  });
});

describe('references', () => {
  const rows: readonly (readonly [
    text: string,
    name: string,
    tag: string | undefined,
    digest: string | undefined,
  ])[] = [
    ['redis', 'redis', undefined, undefined],
    ['redis:7', 'redis', '7', undefined],
    ['ghcr.io/acme/web:1.2.3', 'ghcr.io/acme/web', '1.2.3', undefined],
    ['localhost:5000/web', 'localhost:5000/web', undefined, undefined],
    ['localhost:5000/web:1', 'localhost:5000/web', '1', undefined],
    [`redis@${digest}`, 'redis', undefined, digest],
    [`redis:7@${digest}`, 'redis', '7', digest],
    [`localhost:5000/a/b:7@${digest}`, 'localhost:5000/a/b', '7', digest],
  ];
  it.each(rows)('%s', (text, name, tag, of) => {
    expect(parseReference(text)).toMatchObject({ spelled: name, tag, digest: of });
    expect(formatReference(name, tag, of)).toBe(text);
  });

  const bad = [
    '',
    ':7',
    'redis:',
    'redis@',
    'redis@sha256:12',
    `redis@${digest}@${digest}`,
    'redis:7:8',
    'redis:.7',
  ]
    .concat([
      'redis:7 ',
      ' redis:7',
      'redis:7\n',
      'a:b/c',
      `redis:${'7'.repeat(129)}`,
      `redis@${digest.toUpperCase()}`,
    ])
    .concat(['$(IMAGE)', '${REGISTRY:-x}/api:${TAG:-latest}', 'oci://ghcr.io/a/b:1', `@${digest}`]);
  it.each(bad)('%j is none', (text) => expect(parseReference(text)).toBeUndefined());

  it('are written back as they were read', () => {
    const component = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    const host = fc.constantFrom('', 'ghcr.io/', 'localhost:5000/');
    const tag = fc.option(fc.stringMatching(/^\w[\w.-]{0,20}$/), { nil: undefined });
    const of = fc.option(fc.constant(digest), { nil: undefined });
    fc.assert(
      fc.property(
        host,
        fc.array(component, { minLength: 1, maxLength: 3 }),
        tag,
        of,
        (prefix, parts, label, sum) => {
          const name = `${prefix}${parts.join('/')}`;
          expect(parseReference(formatReference(name, label, sum))).toMatchObject({
            spelled: name,
            tag: label,
            digest: sum,
          });
        },
      ),
    );
  });

  it('takes linear time over hostile text', () => {
    const before = performance.now();
    for (const text of [
      `a${'-'.repeat(900)}!`,
      `${'a-'.repeat(450)}!`,
      `${'a.'.repeat(450)}!/b`,
      '/'.repeat(1000),
    ]) {
      expect(parseReference(text)).toBeUndefined();
    }
    expect(performance.now() - before).toBeLessThan(200);
  });
});
