import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../../src/demo/registry/image.ts';
import { serveEmbeddedRegistry, type ServedRegistry } from '../../../src/demo/registry/serve.ts';

let served: ServedRegistry;
beforeEach(async () => {
  served = await serveEmbeddedRegistry();
});
afterEach(() => served.close());

const send = (method: string, path: string, init: RequestInit = {}) =>
  fetch(new URL(path, `http://${served.host}`), { method, ...init });
const add = (tag: string, repository = 'acme/web') =>
  served.registry.addImage({ repository, tag, created: 0 });
const errorOf = async (response: Response) =>
  [response.status, ((await response.json()) as { errors: { code: string }[] }).errors[0]?.code] as const;

/** Opens an upload, and gives its address. */
const start = async () => {
  const opened = await send('POST', '/v2/acme/web/blobs/uploads/');
  expect(opened.status).toBe(202);
  return opened.headers.get('location') ?? '';
};

describe('tags/list', () => {
  beforeEach(() => ['c', 'a', 'B', 'b'].forEach((tag) => add(tag)));

  it.each<[string, string[], string | null]>([
    ['', ['B', 'a', 'b', 'c'], null],
    ['?n=2', ['B', 'a'], '</v2/acme/web/tags/list?n=2&last=a>; rel="next"'],
    ['?n=2&last=a', ['b', 'c'], null],
    ['?n=4', ['B', 'a', 'b', 'c'], null],
    ['?last=b', ['c'], null],
    ['?last=bb', ['c'], null],
    ['?n=0', [], null],
  ])('%s', async (query, tags, link) => {
    const response = await send('GET', `/v2/acme/web/tags/list${query}`);
    expect(await response.json()).toEqual({ name: 'acme/web', tags });
    expect(response.headers.get('link')).toBe(link);
  });

  it('refuses a number that is none', async () => {
    expect(await errorOf(await send('GET', '/v2/acme/web/tags/list?n=x'))).toEqual([
      400,
      'PAGINATION_NUMBER_INVALID',
    ]);
  });
});

describe('manifests and blobs', () => {
  it('are there by tag and digest, with GET and HEAD', async () => {
    const { digest } = add('1');
    const byTag = await send('GET', '/v2/acme/web/manifests/1');
    const bytes = Buffer.from(await byTag.arrayBuffer());
    expect(digestOf(bytes)).toBe(digest);
    const { config } = JSON.parse(bytes.toString()) as { config: { digest: string; size: number } };
    for (const path of [`manifests/${digest}`, `blobs/${config.digest}`]) {
      const head = await send('HEAD', `/v2/acme/web/${path}`);
      const size = (await (await send('GET', `/v2/acme/web/${path}`)).arrayBuffer()).byteLength;
      expect([head.status, head.headers.get('content-length')]).toEqual([200, String(size)]);
      expect(head.headers.get('docker-content-digest')).toBe(path.split('/')[1]);
    }
  });

  it('show a manifest only to who accepts its type', async () => {
    add('1');
    const accept = { headers: { accept: 'application/vnd.docker.distribution.manifest.v2+json' } };
    expect(await errorOf(await send('GET', '/v2/acme/web/manifests/1', accept))).toEqual([
      404,
      'MANIFEST_UNKNOWN',
    ]);
  });

  it('are gone for a deleted tag, and stay by digest', async () => {
    const { digest } = add('1');
    add('2');
    expect([served.registry.deleteTag('acme/web', '1'), served.registry.deleteTag('acme/web', '1')]).toEqual([
      true,
      false,
    ]);
    expect(served.registry.tags('acme/web')).toEqual(['2']);
    expect((await send('GET', '/v2/acme/web/manifests/1')).status).toBe(404);
    expect((await send('GET', `/v2/acme/web/manifests/${digest}`)).status).toBe(200);
  });

  it.each([
    ['GET', '/v2/none/tags/list', 404, 'NAME_UNKNOWN'],
    ['GET', '/v2/acme/web/manifests/none', 404, 'MANIFEST_UNKNOWN'],
    ['GET', `/v2/acme/web/blobs/sha256:${'0'.repeat(64)}`, 404, 'BLOB_UNKNOWN'],
    ['GET', '/v2/_catalog', 404, 'UNSUPPORTED'],
    ['GET', '/v2/UPPER/tags/list', 404, 'UNSUPPORTED'],
    ['DELETE', '/v2/acme/web/manifests/1', 405, 'UNSUPPORTED'],
    ['POST', '/v2/acme/web/tags/list', 405, 'UNSUPPORTED'],
    ['PATCH', '/v2/acme/web/blobs/uploads/none', 404, 'BLOB_UPLOAD_UNKNOWN'],
  ])('%s %s answers %d %s', async (method, path, status, code) => {
    add('1');
    expect(await errorOf(await send(method, path))).toEqual([status, code]);
  });
});

describe('pushing', () => {
  const body = 'some bytes';
  const digest = digestOf(Buffer.from(body));

  it.each<[string, () => Promise<Response>]>([
    ['in one request', () => send('POST', `/v2/acme/web/blobs/uploads/?digest=${digest}`, { body })],
    ['by POST and PUT', async () => send('PUT', `${await start()}?digest=${digest}`, { body })],
    [
      'in parts',
      async () => {
        const location = await start();
        expect((await send('PATCH', location, { body: 'some ' })).headers.get('range')).toBe('0-4');
        return send('PUT', `${location}?digest=${digest}`, { body: 'bytes' });
      },
    ],
  ])('takes a blob %s', async (_, push) => {
    const response = await push();
    expect([response.status, response.headers.get('docker-content-digest')]).toEqual([201, digest]);
    expect(await (await send('GET', `/v2/acme/web/blobs/${digest}`)).text()).toBe(body);
  });

  it('mounts a blob of another repository', async () => {
    await send('POST', `/v2/acme/web/blobs/uploads/?digest=${digest}`, { body });
    expect((await send('POST', `/v2/acme/api/blobs/uploads/?mount=${digest}&from=acme/web`)).status).toBe(
      201,
    );
    expect((await send('POST', `/v2/acme/api/blobs/uploads/?mount=${digest}&from=none`)).status).toBe(202);
  });

  it.each<[string, () => Promise<Response>, number, string]>([
    [
      'a blob of another digest',
      async () => send('PUT', `${await start()}?digest=${digest}`, { body: 'x' }),
      400,
      'DIGEST_INVALID',
    ],
    [
      'a blob of 17 MiB',
      async () => send('PUT', `${await start()}?digest=${digest}`, { body: Buffer.alloc(17 * 2 ** 20) }),
      413,
      'SIZE_INVALID',
    ],
    [
      'a manifest of another digest',
      () => send('PUT', `/v2/acme/web/manifests/${digest}`, { body: '{}' }),
      400,
      'DIGEST_INVALID',
    ],
    [
      'a manifest that is no JSON',
      () => send('PUT', '/v2/acme/web/manifests/1', { body: 'x' }),
      400,
      'MANIFEST_INVALID',
    ],
    [
      'an index without its images',
      () => send('PUT', '/v2/acme/web/manifests/1', { body: `{"manifests":[{"digest":"${digest}"}]}` }),
      400,
      'MANIFEST_BLOB_UNKNOWN',
    ],
  ])('refuses %s', async (_, push, status, code) => {
    expect(await errorOf(await push())).toEqual([status, code]);
  });
});
