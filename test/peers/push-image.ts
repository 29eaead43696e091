import { buildImage, type Content, type ImageSpec } from '../../src/demo/registry/image.ts';

export interface PushOptions extends ImageSpec {
  /** `user:password`, for registries with basic auth. */
  readonly login?: string;
}

/**
 * Pushes an image over the registry's HTTP API, by node's own fetch: blobs, manifests, and the tag. Plain http.
 * @returns the digest that the tag names
 */
export async function pushImage(
  host: string,
  repository: string,
  tag: string,
  options: PushOptions,
): Promise<{ readonly digest: string }> {
  const parts = buildImage({ content: `${repository}:${tag}`, ...options });
  const push = pusher(host, repository, options.login);
  for (const blob of parts.blobs) await push.blob(blob.digest, blob.bytes);
  for (const manifest of parts.manifests) await push.manifest(manifest.digest, manifest);
  const top = parts.manifests.at(-1) ?? parts.manifests[0];
  await push.manifest(tag, top);
  return { digest: top.digest };
}

/** The two ways to put something into a repository. */
export function pusher(host: string, repository: string, login?: string) {
  const base = `http://${host}/v2/${repository}`;
  const headers: Record<string, string> =
    login === undefined ? {} : { authorization: `Basic ${Buffer.from(login).toString('base64')}` };
  const send = async (method: string, url: string, status: number, body?: Uint8Array, type?: string) => {
    const response = await fetch(url, {
      method,
      headers: type === undefined ? headers : { ...headers, 'content-type': type },
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
    });
    const text = await response.text();
    if (response.status !== status) throw new Error(`${method} ${url}: ${response.status} ${text}`);
    return response;
  };
  return {
    blob: async (digest: string, bytes: Uint8Array) => {
      const opened = await send('POST', `${base}/blobs/uploads/`, 202);
      const location = new URL(opened.headers.get('location') ?? '', base);
      location.searchParams.set('digest', digest);
      await send('PUT', location.href, 201, bytes, 'application/octet-stream');
    },
    manifest: async (reference: string, { bytes, mediaType }: Pick<Content, 'bytes' | 'mediaType'>) => {
      await send('PUT', `${base}/manifests/${reference}`, 201, bytes, mediaType);
    },
  };
}
