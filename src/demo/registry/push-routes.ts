import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerBytes, readBody, RegistryError } from './answers.ts';
import { digestOf, type Content } from './image.ts';
import type { RegistryStore, StoredRepository } from './store.ts';

/** Uploads under way: their bytes so far, by id (distribution spec, "Pushing Blobs"). */
export type Uploads = Map<string, Buffer>;

/** `POST /v2/<name>/blobs/uploads/`: opens an upload, or takes the whole blob where `digest` is given, or mounts one. */
export async function startUpload(
  store: RegistryStore,
  uploads: Uploads,
  name: string,
  url: URL,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const repository = store.open(name);
  const body = await readBody(req, largestBlob);
  const digest = url.searchParams.get('digest');
  if (digest !== null) {
    finish(repository, name, body, digest, res);
    return;
  }
  const mount = url.searchParams.get('mount') ?? '';
  const mounted = store.find(url.searchParams.get('from') ?? '')?.blobs.get(mount);
  if (mounted !== undefined) {
    finish(repository, name, Buffer.from(mounted), mount, res);
    return;
  }
  if (uploads.size >= mostUploads)
    throw new RegistryError(429, 'TOOMANYREQUESTS', 'too many uploads are open');
  const id = randomUUID();
  uploads.set(id, Buffer.alloc(0));
  answerOpen(res, name, id, 0);
}

/** `PATCH` adds bytes to an upload; `PUT ...?digest=` adds the rest and ends it. */
export async function continueUpload(
  store: RegistryStore,
  uploads: Uploads,
  name: string,
  id: string,
  url: URL,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const start = uploads.get(id);
  if (start === undefined) throw new RegistryError(404, 'BLOB_UPLOAD_UNKNOWN', 'no such upload');
  const bytes = Buffer.concat([start, await readBody(req, largestBlob - start.byteLength)]);
  if (req.method === 'PATCH') {
    uploads.set(id, bytes);
    answerOpen(res, name, id, bytes.byteLength);
    return;
  }
  uploads.delete(id);
  finish(store.open(name), name, bytes, url.searchParams.get('digest') ?? '', res);
}

/** `PUT /v2/<name>/manifests/<tag or digest>`: everything it refers to must be there (distribution spec, "Pushing Manifests"). */
export async function putManifest(
  store: RegistryStore,
  name: string,
  reference: string,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const bytes = await readBody(req, largestManifest);
  const digest = digestOf(bytes);
  if (reference.includes(':') && reference !== digest) {
    throw new RegistryError(400, 'DIGEST_INVALID', 'the manifest does not have that digest');
  }
  const repository = store.open(name);
  const mediaType = req.headers['content-type'] ?? 'application/vnd.oci.image.manifest.v1+json';
  checkReferences(repository, bytes);
  putContent(repository, { mediaType, digest, bytes }, reference.includes(':') ? undefined : reference);
  answerBytes(res, 201, Buffer.alloc(0), {
    location: `/v2/${name}/manifests/${digest}`,
    'docker-content-digest': digest,
  });
}

export function putContent(repository: StoredRepository, manifest: Content, tag: string | undefined): void {
  repository.manifests.set(manifest.digest, manifest);
  if (tag !== undefined) repository.tags.set(tag, manifest.digest);
}

const largestBlob = 16 * 1024 * 1024;
const largestManifest = 4 * 1024 * 1024;
const mostUploads = 100;

function finish(
  repository: StoredRepository,
  name: string,
  bytes: Buffer,
  digest: string,
  res: ServerResponse,
): void {
  if (digestOf(bytes) !== digest)
    throw new RegistryError(400, 'DIGEST_INVALID', 'the blob does not have that digest');
  repository.blobs.set(digest, bytes);
  answerBytes(res, 201, Buffer.alloc(0), {
    location: `/v2/${name}/blobs/${digest}`,
    'docker-content-digest': digest,
  });
}

function answerOpen(res: ServerResponse, name: string, id: string, size: number): void {
  answerBytes(res, 202, Buffer.alloc(0), {
    location: `/v2/${name}/blobs/uploads/${id}`,
    'docker-upload-uuid': id,
    range: `0-${Math.max(0, size - 1)}`,
  });
}

interface References {
  readonly config?: { readonly digest?: unknown };
  readonly layers?: readonly { readonly digest?: unknown }[];
  readonly manifests?: readonly { readonly digest?: unknown }[];
}

function checkReferences(repository: StoredRepository, bytes: Buffer): void {
  let manifest: References | null;
  try {
    manifest = JSON.parse(bytes.toString()) as References | null;
  } catch {
    manifest = null;
  }
  if (manifest === null || typeof manifest !== 'object') {
    throw new RegistryError(400, 'MANIFEST_INVALID', 'the manifest is not JSON');
  }
  for (const { digest } of [
    ...(manifest.layers ?? []),
    ...(manifest.config === undefined ? [] : [manifest.config]),
  ]) {
    if (!repository.blobs.has(String(digest))) {
      throw new RegistryError(400, 'MANIFEST_BLOB_UNKNOWN', 'a blob of the manifest was not pushed');
    }
  }
  for (const { digest } of manifest.manifests ?? []) {
    if (!repository.manifests.has(String(digest))) {
      throw new RegistryError(400, 'MANIFEST_BLOB_UNKNOWN', 'a manifest of the index was not pushed');
    }
  }
}
