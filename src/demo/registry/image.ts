import { createHash } from 'node:crypto';

/** What an image made for the demo and the tests tells of itself. */
export interface ImageSpec {
  /** Milliseconds since the epoch. `undefined`: the image tells none. */
  readonly created: number | undefined;
  readonly labels?: Readonly<Record<string, string>>;
  /** `os/architecture[/variant]`; one (default `linux/amd64`) makes an image manifest, more an index. */
  readonly platforms?: readonly string[];
  /** Different text, different digests. */
  readonly content?: string;
  /** Media types; default `oci`. */
  readonly format?: 'oci' | 'docker';
}

export interface Content {
  readonly mediaType: string;
  readonly digest: string;
  readonly bytes: Uint8Array;
}

/** An image in parts. What a part refers to stands before it; the last manifest is the one to tag. */
export interface ImageParts {
  readonly blobs: readonly Content[];
  readonly manifests: readonly [Content, ...Content[]];
}

/** Builds an image without files: one empty layer, and a config by the OCI image spec. The same spec gives the same bytes. */
export function buildImage(spec: ImageSpec): ImageParts {
  const types = mediaTypes[spec.format ?? 'oci'];
  const platforms = spec.platforms ?? ['linux/amd64'];
  const layer = content(types.layer, Buffer.alloc(1024));
  const images = platforms.map((platform) => buildOne(spec, platform, layer));
  const manifests = images.map((image) => image.manifest);
  const [first] = manifests;
  if (first === undefined) throw new RangeError('an image needs at least one platform');
  const blobs = [layer, ...images.map((image) => image.config)];
  if (manifests.length === 1) return { blobs, manifests: [first] };
  const index = json(types.index, {
    schemaVersion: 2,
    mediaType: types.index,
    manifests: images.map(({ manifest, platform }) => ({ ...descriptor(manifest), platform })),
  });
  return { blobs, manifests: [first, ...manifests.slice(1), index] };
}

/** `sha256:` and hex. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

const mediaTypes = {
  oci: {
    config: 'application/vnd.oci.image.config.v1+json',
    layer: 'application/vnd.oci.image.layer.v1.tar',
    manifest: 'application/vnd.oci.image.manifest.v1+json',
    index: 'application/vnd.oci.image.index.v1+json',
  },
  docker: {
    config: 'application/vnd.docker.container.image.v1+json',
    layer: 'application/vnd.docker.image.rootfs.diff.tar',
    manifest: 'application/vnd.docker.distribution.manifest.v2+json',
    index: 'application/vnd.docker.distribution.manifest.list.v2+json',
  },
};

function buildOne(spec: ImageSpec, platformText: string, layer: Content) {
  const types = mediaTypes[spec.format ?? 'oci'];
  const [os = '', architecture = '', variant] = platformText.split('/');
  const platform = { os, architecture, ...(variant === undefined ? {} : { variant }) };
  const created = spec.created === undefined ? {} : { created: new Date(spec.created).toISOString() };
  const config = json(types.config, {
    ...created,
    ...platform,
    config: { Labels: spec.labels ?? {} },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
    history: [{ ...created, created_by: spec.content ?? '' }],
  });
  const manifest = json(types.manifest, {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: descriptor(config),
    layers: [descriptor(layer)],
  });
  return { platform, config, manifest };
}

function descriptor({ mediaType, digest, bytes }: Content) {
  return { mediaType, digest, size: bytes.byteLength };
}

function json(mediaType: string, value: unknown): Content {
  return content(mediaType, Buffer.from(JSON.stringify(value)));
}

function content(mediaType: string, bytes: Uint8Array): Content {
  return { mediaType, digest: digestOf(bytes), bytes };
}
