import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildImage, digestOf, type Content, type ImageSpec } from '../../../src/demo/registry/image.ts';
import { tagOf } from '../../contracts/registry.ts';
import type { Handler, Scripted } from './scripted.ts';
import { startScripted } from './scripted.ts';

let scripted: Scripted;
beforeEach(async () => {
  scripted = await startScripted();
});
afterEach(() => scripted.close());

const time = Date.UTC(2026, 0, 2);
const base = '/v2/acme/web';
const tag = tagOf('1');
const inspect = () => scripted.registry().inspect(scripted.repository, tag);
const digest = () => scripted.registry().digest(scripted.repository, tag);

function json(value: unknown, mediaType = 'application/vnd.oci.image.manifest.v1+json'): Content {
  const bytes = Buffer.from(JSON.stringify(value));
  return { mediaType, bytes, digest: digestOf(bytes) };
}

const sizeless = ({ mediaType, digest }: Content) => ({ mediaType, digest, size: 1 });

/** Serves `top` as tag 1, and everything else by digest; `faults` come first, by path. */
function serve(
  top: Content,
  others: readonly Content[],
  faults: Readonly<Record<string, Handler>> = {},
): void {
  const all = new Map([top, ...others].map((content) => [content.digest, content]));
  scripted.on((req, res, url) => {
    const fault = faults[url.pathname];
    if (fault !== undefined) return fault(req, res, url);
    const reference = url.pathname.split('/').at(-1) ?? '';
    const content = reference === '1' ? top : all.get(reference);
    if (content === undefined) return void res.writeHead(404).end();
    res.writeHead(200, {
      'content-type': content.mediaType,
      'docker-content-digest': content.digest,
      'content-length': content.bytes.byteLength,
    });
    res.end(content.bytes);
  });
}

function image(spec: Partial<ImageSpec> = {}) {
  const parts = buildImage({ created: time, ...spec });
  const top = parts.manifests.at(-1) ?? parts.manifests[0];
  return { top, all: [...parts.blobs, ...parts.manifests], config: parts.blobs[1] ?? top };
}

describe('an image', () => {
  it('costs two requests, with all manifest types accepted', async () => {
    const { top, all } = image();
    serve(top, all);
    expect(await inspect()).toMatchObject({ digest: top.digest, created: time });
    expect(scripted.seen).toHaveLength(2);
  });

  it('shows annotations over labels', async () => {
    const { top, all, config } = image({ labels: { a: 'label', b: 'label' } });
    const annotated = json({
      ...(JSON.parse(Buffer.from(top.bytes).toString()) as object),
      annotations: { a: 'over', n: 5 },
    });
    serve(annotated, [...all, config]);
    expect((await inspect())?.labels).toEqual({ a: 'over', b: 'label' });
  });

  it('is read from blob storage elsewhere, which is not told the credentials', async () => {
    const storage = await startScripted();
    const { top, all, config } = image();
    storage.on((_, res) => res.end(config.bytes));
    const location = `${storage.server.url}/signed?by=registry`;
    serve(top, all, {
      [`${base}/blobs/${config.digest}`]: (req, res) =>
        req.headers.authorization === undefined
          ? res.writeHead(401, { 'www-authenticate': 'Basic' }).end()
          : res.writeHead(307, { location }).end(),
    });
    const registry = scripted.registry({ username: 'ann', password: 'pw-pw' });
    expect((await registry.inspect(scripted.repository, tag))?.created).toBe(time);
    expect(storage.seen).toEqual(['GET /signed?by=registry']);
    expect(storage.authorizations).toEqual([undefined]);
    await storage.close();
  });

  it.each<[string, Handler, string, RegExp]>([
    ['another config', (_, res) => void res.end('{}'), 'bad-answer', /config that does not have its digest/],
    ['no config', (_, res) => void res.writeHead(404).end(), 'bad-answer', /has not the config/],
    ['a config that hangs', (_, res) => void res.write('{'), 'timeout', /stopped in the middle/],
    ['a config in trouble', (_, res) => void res.writeHead(502).end(), 'unreachable', /answered 502/],
    [
      'a config that unpacks to 1 GB',
      (_, res) =>
        void res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(20_000_000))),
      'too-large',
      /more than/,
    ],
  ])('fails with %s', async (_, fault, code, words) => {
    const { top, all, config } = image();
    serve(top, all, { [`${base}/blobs/${config.digest}`]: fault });
    await expect(inspect()).rejects.toMatchObject({ code, message: expect.stringMatching(words) as unknown });
    await expect(inspect()).rejects.toMatchObject({
      message: expect.stringContaining('acme/web') as unknown,
    });
  });

  it.each<[string, (top: Content) => Handler, string, RegExp]>([
    [
      'another digest in its header',
      (top) => (_, res) =>
        void res.writeHead(200, { 'docker-content-digest': digestOf(Buffer.from('x')) }).end(top.bytes),
      'bad-answer',
      /does not have its digest/,
    ],
    [
      'a digest that is none',
      (top) => (_, res) => void res.writeHead(200, { 'docker-content-digest': 'sha256:x' }).end(top.bytes),
      'bad-answer',
      /is no digest/,
    ],
    ['HTML', () => (_, res) => void res.end('<html>'), 'bad-answer', /not JSON/],
    [
      '4 MiB and more',
      () => (_, res) => void res.end(Buffer.alloc(4 * 1024 * 1024 + 1)),
      'too-large',
      /more than/,
    ],
    [
      'two natures',
      () => (_, res) => void res.end('{"manifests":[],"config":{}}'),
      'bad-answer',
      /image and an index at once/,
    ],
    [
      'a config without digest',
      () => (_, res) => void res.end('{"config":{"mediaType":"application/vnd.oci.image.config.v1+json"}}'),
      'bad-answer',
      /no digest/,
    ],
  ])('fails with a manifest of %s', async (_, fault, code, words) => {
    const { top, all } = image();
    serve(top, all, { [`${base}/manifests/1`]: fault(top) });
    await expect(inspect()).rejects.toMatchObject({ code, message: expect.stringMatching(words) as unknown });
  });

  it.each<[string, unknown]>([
    [
      'a chart',
      {
        config: { mediaType: 'application/vnd.cncf.helm.config.v1+json', digest: digestOf(Buffer.from('x')) },
      },
    ],
    ['schema 1', { schemaVersion: 1, fsLayers: [] }],
  ])('may be something else, which has no creation time: %s', async (_, value) => {
    const top = json(value);
    serve(top, []);
    expect(await inspect()).toEqual({ digest: top.digest, created: undefined, platforms: [], labels: {} });
    expect(scripted.seen).toHaveLength(1);
  });

  it('may have a digest by SHA-512', async () => {
    const { top, all } = image();
    const sha512 = `sha512:${createHash('sha512').update(top.bytes).digest('hex')}`;
    serve(top, all, {
      [`${base}/manifests/1`]: (_, res) =>
        void res.writeHead(200, { 'docker-content-digest': sha512 }).end(top.bytes),
    });
    expect((await inspect())?.digest).toBe(sha512);
  });
});

describe('an index', () => {
  it('takes the latest creation time of its images, and skips attestations', async () => {
    const [old, late] = [
      image({ created: time }),
      image({ created: time + 5000, platforms: ['linux/arm64'] }),
    ];
    const index = json({
      manifests: [
        { ...sizeless(old.top), platform: { os: 'linux', architecture: 'amd64' } },
        { ...sizeless(late.top), platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
        {
          ...sizeless(json('not served')),
          platform: { os: 'unknown', architecture: 'unknown' },
          annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
        },
      ],
    });
    serve(index, [...old.all, ...late.all]);
    expect(await inspect()).toEqual({
      digest: index.digest,
      created: time + 5000,
      platforms: [
        { os: 'linux', architecture: 'amd64', variant: undefined },
        { os: 'linux', architecture: 'arm64', variant: 'v8' },
      ],
      children: [old.top.digest, late.top.digest],
      labels: {},
    });
  });

  it.each<[string, (child: Content) => readonly unknown[], string, RegExp]>([
    ['51 images', (child) => Array.from({ length: 51 }, () => sizeless(child)), 'too-large', /51 images; 50/],
    ['an image that is not there', () => [sizeless(json('x'))], 'bad-answer', /has not all images/],
    ['an index in it', () => [sizeless(nested)], 'bad-answer', /index in an index/],
    ['a child without digest', () => [{}], 'bad-answer', /no digest/],
    ['a child that is null', () => [null], 'bad-answer', /no digest/],
  ])('fails with %s', async (_, children, code, words) => {
    const { top, all } = image();
    serve(json({ manifests: children(top) }), [...all, nested]);
    await expect(inspect()).rejects.toMatchObject({ code, message: expect.stringMatching(words) as unknown });
  });

  it('fails where a child is not what its digest says', async () => {
    const { top, all } = image();
    serve(json({ manifests: [sizeless(top)] }), all, { [`${base}/manifests/${top.digest}`]: liar });
    await expect(inspect()).rejects.toMatchObject({ code: 'bad-answer' });
  });
});

const nested = json({ manifests: [] });
const liar: Handler = (_, res) => void res.end('{"config":{}}');

describe('a digest', () => {
  it('costs one HEAD', async () => {
    const { top, all } = image();
    serve(top, all);
    expect(await digest()).toBe(top.digest);
    expect(scripted.seen).toEqual([`HEAD ${base}/manifests/1`]);
  });

  it.each([
    ['the HEAD does not tell it', 200],
    ['HEAD is not offered', 405],
  ])('is hashed from the manifest where %s', async (_, status) => {
    const { top } = image();
    scripted.on((req, res) => (req.method === 'HEAD' ? res.writeHead(status).end() : res.end(top.bytes)));
    expect(await digest()).toBe(top.digest);
    expect(scripted.seen).toHaveLength(2);
  });

  it.each([
    [401, 'auth-failed'],
    [403, 'forbidden'],
    [429, 'rate-limited'],
    [500, 'unreachable'],
  ])('fails where HEAD answers %d', async (status, code) => {
    scripted.on((_, res) => res.writeHead(status, { 'www-authenticate': 'Basic' }).end());
    await expect(digest()).rejects.toMatchObject({ code });
  });

  it('ends where its signal says so', async () => {
    scripted.on(() => undefined);
    const controller = new AbortController();
    const asked = scripted.registry().digest(scripted.repository, tag, controller.signal);
    scripted.server.server.once('request', () => controller.abort());
    await expect(asked).rejects.toMatchObject({ code: 'aborted' });
  });
});
