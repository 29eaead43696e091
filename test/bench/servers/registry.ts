import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

// A process for `startServer`: a static registry. Every repository has the tags 0.1.0, 0.2.0, ... and 1.0.0; their number is the argument. They come in lexical
// order, as the distribution spec has it; those of repositories below `unordered/` in order of age, as some registries give them.
// `PUT /bench/NAME/TAG` adds a tag to one of them. Every tag is an image of its own, and all have one config.
const tags = Array.from({ length: Number(process.argv[2]) }, (_, index) =>
  index === 0 ? '1.0.0' : `0.${index}.0`,
);
const ordered = tags.toSorted();
const added = new Map<string, string[]>();
const suffix = `","tags":${JSON.stringify(ordered)}}`;
const unorderedSuffix = `","tags":${JSON.stringify(tags)}}`;
const requests: string[] = [];
const config = JSON.stringify({
  architecture: 'amd64',
  os: 'linux',
  created: '2026-11-01T00:00:00Z',
  config: {},
  rootfs: { type: 'layers', diff_ids: [] },
});
const configDigest = digestOf(config);
/** By digest. */
const manifests = new Map<string, string>();
const manifestType = 'application/vnd.oci.image.manifest.v1+json';

const server = createServer((request, response) => {
  requests.push(`${request.method} ${request.url}`);
  const [, tagged, tag] = /^\/bench\/(.+)\/([^/]+)$/.exec(request.url ?? '') ?? [];
  const [, image, reference] = /^\/v2\/(.+)\/manifests\/([^/]+)$/.exec(request.url ?? '') ?? [];
  if (tagged !== undefined && tag !== undefined) {
    added.set(tagged, [...(added.get(tagged) ?? []), tag]);
    answer(request, response, 201, '');
  } else if (image !== undefined && reference !== undefined) {
    const manifest = manifests.get(reference) ?? manifestOf(image, reference);
    manifests.set(digestOf(manifest), manifest);
    response.setHeader('docker-content-digest', digestOf(manifest));
    answer(request, response, 200, manifest, manifestType);
  } else if (request.url?.endsWith(`/blobs/${configDigest}`) === true) {
    answer(request, response, 200, config);
  } else {
    list(request, response);
  }
});
server.listen(0, '127.0.0.1', () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.on('message', () => {
  process.send?.(requests.splice(0));
});
process.once('disconnect', () => {
  server.close();
  server.closeAllConnections();
});

function list(request: IncomingMessage, response: ServerResponse): void {
  const name = /^\/v2\/(.+)\/tags\/list/.exec(request.url ?? '')?.[1];
  const more = added.get(name ?? '');
  const whole = name?.startsWith('unordered/') === true ? unorderedSuffix : suffix;
  const end = more === undefined ? whole : `","tags":${JSON.stringify([...ordered, ...more])}}`;
  const body = name === undefined ? '{}' : `{"name":"${name}${end}`;
  answer(request, response, name === undefined && request.url !== '/v2/' ? 404 : 200, body);
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: string,
  type = 'application/json',
): void {
  response.writeHead(status, { 'content-type': type, 'content-length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function manifestOf(image: string, reference: string): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: manifestType,
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: configDigest,
      size: config.length,
    },
    layers: [],
    annotations: { image, reference },
  });
}

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
