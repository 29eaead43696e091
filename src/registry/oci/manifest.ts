import { Failure } from '../../core/failure.ts';
import { parseDigest, type Digest } from '../../image/digest.ts';
import { parsePlatform, type Platform } from '../../image/platform.ts';
import { isObject, parseObject, textEntries, type JsonObject } from './json.ts';

/** What `accept` says: image manifests and indexes of the OCI and of Docker. */
export const acceptedManifests = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

export interface Child {
  readonly digest: Digest;
  readonly platform: Platform | undefined;
}

export type Manifest =
  /** `config`: `undefined` where it is no image's, as for charts and signatures. */
  | {
      readonly kind: 'image';
      readonly config: Digest | undefined;
      readonly annotations: Readonly<Record<string, string>>;
    }
  /** Without attestations. */
  | {
      readonly kind: 'index';
      readonly children: readonly Child[];
      readonly annotations: Readonly<Record<string, string>>;
    }
  /** Docker's schema 1 and other things that tell nothing that we ask for. */
  | { readonly kind: 'other' };

/**
 * Reads a manifest or index. What it is follows from what it holds; one that could be both is refused (OCI image spec, "Document
 * Type Confusion").
 * @throws Failure `bad-answer`
 */
export function parseManifest(text: string, host: string, name: string): Manifest {
  const value = parseObject(text, host, `a manifest of ${name}`);
  const { manifests, config, layers } = value;
  if (Array.isArray(manifests) && (config !== undefined || layers !== undefined)) {
    throw new Failure(
      'bad-answer',
      `${host} answered a manifest of ${name} that is an image and an index at once`,
      { host },
    );
  }
  const annotations = textEntries(value['annotations']);
  if (Array.isArray(manifests)) {
    const children = manifests
      .filter((entry) => !isAttestation(entry))
      .map((entry) => child(entry, host, name));
    return { kind: 'index', children, annotations };
  }
  if (!isObject(config)) return { kind: 'other' };
  return {
    kind: 'image',
    config: imageConfigs.has(String(config['mediaType'])) ? digestOf(config, host, name) : undefined,
    annotations,
  };
}

const imageConfigs = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]);

/** BuildKit stores provenance and SBOMs as children of platform unknown/unknown with this annotation. */
function isAttestation(entry: unknown): boolean {
  return (
    isObject(entry) && isObject(entry['annotations']) && 'vnd.docker.reference.type' in entry['annotations']
  );
}

function child(entry: unknown, host: string, name: string): Child {
  const digest = digestOf(isObject(entry) ? entry : {}, host, name);
  return { digest, platform: readPlatform(isObject(entry) ? entry['platform'] : undefined) };
}

function digestOf(descriptor: JsonObject, host: string, name: string): Digest {
  const { digest } = descriptor;
  const parsed = typeof digest === 'string' ? parseDigest(digest) : undefined;
  if (parsed !== undefined) return parsed;
  throw new Failure('bad-answer', `${host} answered a manifest of ${name} with a part that has no digest`, {
    host,
  });
}

/** From `os`, `architecture` and `variant`; `undefined` where they are missing or `unknown`. */
export function readPlatform(value: unknown): Platform | undefined {
  if (!isObject(value)) return undefined;
  const { os, architecture, variant } = value;
  if (typeof os !== 'string' || typeof architecture !== 'string' || os === 'unknown') return undefined;
  const suffix = typeof variant === 'string' && variant !== '' ? `/${variant}` : '';
  return parsePlatform(`${os}/${architecture}${suffix}`);
}
