import type { IncomingMessage, ServerResponse } from 'node:http';
import { Gatekeeper, type Access } from './access.ts';
import { answerError, answerJson, RegistryError } from './answers.ts';
import { buildImage, type ImageSpec } from './image.ts';
import { getBlob, getManifest, listTags } from './pull-routes.ts';
import { continueUpload, putContent, putManifest, startUpload, type Uploads } from './push-routes.ts';
import { RegistryStore, sortedTags } from './store.ts';

export interface EmbeddedRegistryOptions {
  /** Default: open to everybody. */
  readonly auth?: Access;
  /** Milliseconds since the epoch, for the life of tokens; default `Date.now`. */
  readonly now?: () => number;
}

export interface NewImage extends ImageSpec {
  /** Without the host: `acme/web`. */
  readonly repository: string;
  readonly tag: string;
}

export interface EmbeddedRegistry {
  readonly handler: (req: IncomingMessage, res: ServerResponse) => void;
  /** Puts an image there and tags it; a tag that is there moves. `content` defaults to repository and tag. */
  addImage(image: NewImage): { readonly digest: string };
  /** Whether the tag was there. */
  deleteTag(repository: string, tag: string): boolean;
  /** In byte order; empty where the repository is not there. */
  tags(repository: string): readonly string[];
}

/**
 * A registry in memory, correct by the OCI distribution spec for what it offers: `tags/list` with pages, manifests and blobs by GET and HEAD, and
 * pushing. The demo's peer, and the tests' fake. Deleting is not offered over HTTP.
 */
export function createEmbeddedRegistry(options: EmbeddedRegistryOptions = {}): EmbeddedRegistry {
  const store = new RegistryStore();
  const gatekeeper = options.auth && new Gatekeeper(options.auth, options.now ?? Date.now);
  const routes: Routes = { store, uploads: new Map(), gatekeeper };
  return {
    handler: (req, res) => {
      route(routes, req, res).catch((error: unknown) => fail(res, error));
    },
    addImage: (image) => addImage(store, image),
    deleteTag: (repository, tag) => store.find(repository)?.tags.delete(tag) ?? false,
    tags: (repository) => {
      const found = store.find(repository);
      return found === undefined ? [] : sortedTags(found);
    },
  };
}

function addImage(store: RegistryStore, image: NewImage): { readonly digest: string } {
  const parts = buildImage({ content: `${image.repository}:${image.tag}`, ...image });
  const repository = store.open(image.repository);
  for (const blob of parts.blobs) repository.blobs.set(blob.digest, blob.bytes);
  for (const manifest of parts.manifests) putContent(repository, manifest, undefined);
  const top = parts.manifests.at(-1) ?? parts.manifests[0];
  putContent(repository, top, image.tag);
  return { digest: top.digest };
}

interface Routes {
  readonly store: RegistryStore;
  readonly uploads: Uploads;
  readonly gatekeeper: Gatekeeper | undefined;
}

const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const resource = new RegExp(
  `^/v2/(${component}(?:/${component})*)/(?:(tags/list)|manifests/([\\w.:-]+)|blobs/uploads/([\\w-]*)|blobs/([\\w.:-]+))$`,
);

async function route(routes: Routes, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { store, uploads, gatekeeper } = routes;
  const url = new URL(req.url ?? '/', 'http://registry.invalid');
  const pulls = req.method === 'GET' || req.method === 'HEAD';
  if (url.pathname === '/token' && gatekeeper !== undefined) return gatekeeper.grant(req, url, res);
  if (url.pathname === '/v2/' || url.pathname === '/v2') {
    gatekeeper?.check(req, undefined, 'pull');
    return answerJson(res, 200, {}, { 'docker-distribution-api-version': 'registry/2.0' });
  }
  const match = resource.exec(url.pathname);
  if (match === null) throw new RegistryError(404, 'UNSUPPORTED', 'no such address');
  const [, name = '', list, reference, upload, digest] = match;
  gatekeeper?.check(req, name, pulls ? 'pull' : 'push');
  if (pulls && list !== undefined) return listTags(store, name, url, res);
  if (pulls && reference !== undefined) return getManifest(store, name, reference, req, res);
  if (pulls && digest !== undefined) return getBlob(store, name, digest, res);
  if (req.method === 'PUT' && reference !== undefined) return putManifest(store, name, reference, req, res);
  if (req.method === 'POST' && upload === '') return startUpload(store, uploads, name, url, req, res);
  if ((req.method === 'PATCH' || req.method === 'PUT') && upload !== undefined) {
    return continueUpload(store, uploads, name, upload, url, req, res);
  }
  throw new RegistryError(405, 'UNSUPPORTED', `${req.method} is not offered here`);
}

function fail(res: ServerResponse, error: unknown): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const known =
    error instanceof RegistryError ? error : new RegistryError(500, 'UNKNOWN', 'the registry failed');
  answerError(res, known);
}
