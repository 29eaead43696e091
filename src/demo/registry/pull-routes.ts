import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerBytes, answerJson, RegistryError } from './answers.ts';
import type { Content } from './image.ts';
import { sortedTags, type RegistryStore, type StoredRepository } from './store.ts';

/** `GET /v2/<name>/tags/list?n=&last=` (distribution spec, "Listing Tags"). */
export function listTags(store: RegistryStore, name: string, url: URL, res: ServerResponse): void {
  const repository = known(store, name);
  const last = url.searchParams.get('last');
  const asked = url.searchParams.get('n');
  if (asked !== null && !/^\d{1,9}$/.test(asked)) {
    throw new RegistryError(400, 'PAGINATION_NUMBER_INVALID', 'n must be a whole number');
  }
  const all = sortedTags(repository).filter((tag) => last === null || tag > last);
  const tags = asked === null ? all : all.slice(0, Number(asked));
  const end = tags.at(-1);
  const more = end !== undefined && tags.length < all.length;
  const next = more
    ? `/v2/${name}/tags/list?${new URLSearchParams({ n: String(asked), last: end }).toString()}`
    : '';
  answerJson(res, 200, { name, tags }, more ? { link: `<${next}>; rel="next"` } : {});
}

/** `GET` and `HEAD /v2/<name>/manifests/<tag or digest>`; a type that the request does not accept is not there for it. */
export function getManifest(
  store: RegistryStore,
  name: string,
  reference: string,
  req: IncomingMessage,
  res: ServerResponse,
): void {
  const manifest = findManifest(known(store, name), reference);
  if (manifest === undefined || !accepts(req.headers.accept, manifest.mediaType)) {
    throw new RegistryError(404, 'MANIFEST_UNKNOWN', `no manifest ${reference} in ${name}`);
  }
  answerBytes(res, 200, manifest.bytes, {
    'content-type': manifest.mediaType,
    'docker-content-digest': manifest.digest,
  });
}

/** `GET` and `HEAD /v2/<name>/blobs/<digest>`. */
export function getBlob(store: RegistryStore, name: string, digest: string, res: ServerResponse): void {
  const bytes = known(store, name).blobs.get(digest);
  if (bytes === undefined) throw new RegistryError(404, 'BLOB_UNKNOWN', `no blob ${digest} in ${name}`);
  answerBytes(res, 200, bytes, {
    'content-type': 'application/octet-stream',
    'docker-content-digest': digest,
  });
}

export function findManifest(repository: StoredRepository, reference: string): Content | undefined {
  return repository.manifests.get(repository.tags.get(reference) ?? reference);
}

function known(store: RegistryStore, name: string): StoredRepository {
  const repository = store.find(name);
  if (repository === undefined) throw new RegistryError(404, 'NAME_UNKNOWN', `no repository ${name}`);
  return repository;
}

function accepts(header: string | undefined, mediaType: string): boolean {
  if (header === undefined) return true;
  return header.split(',').some((part) => {
    const range = part.split(';')[0]?.trim();
    return range === mediaType || range === '*/*' || range === 'application/*';
  });
}
