// A suite that is given its title by the file that runs it.
/* oxlint-disable vitest/valid-title */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImageSpec } from '../../src/demo/registry/image.ts';
import { parseRepository, type Repository } from '../../src/image/reference.ts';
import { parseTag, type Tag } from '../../src/image/tag.ts';
import type { HttpClient } from '../../src/net/client.ts';
import { createHttpClient } from '../../src/net/undici-client.ts';
import { createOciRegistry } from '../../src/registry/oci/oci-registry.ts';
import type { ImageInspector, RegistryCredentials, TagLister } from '../../src/registry/ports.ts';
import { pushImage, pusher } from '../peers/push-image.ts';

/** One running registry that the suite pushes to. */
export interface RegistryUnderTest {
  readonly host: string;
  /** What it wants from those who read and write, where it wants something. */
  readonly login?: { readonly username: string; readonly password: string };
  /** For registries whose write access the suite cannot use. Default: over HTTP. */
  readonly push?: (repository: string, tag: string, spec: ImageSpec) => Promise<{ readonly digest: string }>;
  close(): Promise<void>;
}

/** What every registry that Tallyman talks to must do for it, asked through the production client. */
export function registryContract(name: string, start: () => Promise<RegistryUnderTest>): void {
  describe(name, () => {
    let under: RegistryUnderTest;
    let client: HttpClient;
    let registry: TagLister & ImageInspector;

    beforeAll(async () => {
      under = await start();
      client = createHttpClient();
      registry = connect(under.login);
    });
    afterAll(async () => {
      await client.close();
      await under.close();
    });

    const connect = (login: RegistryCredentials | undefined) =>
      createOciRegistry({
        client,
        credentials: { credentials: async () => login },
        insecureHosts: new Set([under.host]),
        now: Date.now,
      });
    const at = (path: string) => repositoryOf(`${under.host}/${path}`);
    const push = (path: string, tagName: string, spec: ImageSpec) =>
      under.push?.(path, tagName, spec) ??
      pushImage(under.host, path, tagName, {
        ...spec,
        ...(under.login && { login: `${under.login.username}:${under.login.password}` }),
      });
    const time = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

    it('lists all tags, once each', async () => {
      for (const version of ['1.0.0', '1.0.1', '2.0.0', 'main']) {
        await push('acme/web', version, { created: time });
      }
      await push('acme/web', '1.0.1', { created: time + 1 });
      expect([...(await registry.list(at('acme/web')))].sort()).toEqual(['1.0.0', '1.0.1', '2.0.0', 'main']);
    });

    it('tells digest, creation time, platform and labels of an image', async () => {
      const labels = { 'org.opencontainers.image.revision': 'abc', empty: '' };
      const { digest } = await push('acme/one', '1', {
        created: time,
        labels,
        platforms: ['linux/arm64/v8'],
      });
      const repository = at('acme/one');
      expect(await registry.digest(repository, tagOf('1'))).toBe(digest);
      expect(await registry.inspect(repository, tagOf('1'))).toEqual({
        digest,
        created: time,
        platforms: [{ os: 'linux', architecture: 'arm64', variant: 'v8' }],
        labels,
      });
    });

    it.each(['oci', 'docker'] as const)('tells the same of an index (%s)', async (format) => {
      const platforms = ['linux/amd64', 'linux/arm64'];
      const path = `acme/index-${format}`;
      const { digest } = await push(path, '1', { created: time, labels: { a: 'b' }, platforms, format });
      expect(await registry.digest(at(path), tagOf('1'))).toBe(digest);
      expect(await registry.inspect(at(path), tagOf('1'))).toEqual({
        digest,
        created: time,
        platforms: [
          { os: 'linux', architecture: 'amd64', variant: undefined },
          { os: 'linux', architecture: 'arm64', variant: undefined },
        ],
        children: platforms.map(() => expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string),
        labels: { a: 'b' },
      });
    });

    it.each([
      ['none', undefined],
      ['the start of time', 0],
      ['a fixed one of 2012', Date.UTC(2012, 11, 31)],
    ])('gives no creation time where the image tells %s', async (label, created) => {
      const version = label.replaceAll(' ', '-');
      await push('acme/timeless', version, { created });
      expect((await registry.inspect(at('acme/timeless'), tagOf(version)))?.created).toBeUndefined();
    });

    it('follows a tag that moves', async () => {
      const first = await push('acme/moving', 'stable', { created: time });
      const second = await push('acme/moving', 'stable', { created: time + 1000 });
      expect(second.digest).not.toBe(first.digest);
      expect(await registry.digest(at('acme/moving'), tagOf('stable'))).toBe(second.digest);
    });

    it('knows nothing of a tag that is not there', async () => {
      await push('acme/known', '1', { created: time });
      expect(await registry.digest(at('acme/known'), tagOf('2'))).toBeUndefined();
      expect(await registry.inspect(at('acme/known'), tagOf('2'))).toBeUndefined();
    });

    it('fails for the list of a repository that is not there', async () => {
      await expect(registry.list(at('acme/nothing'))).rejects.toMatchObject({
        code: 'not-found',
        host: under.host,
        message: expect.stringContaining('acme/nothing'),
      });
    });

    it('takes pushes only where what they refer to is there', async () => {
      const login = under.login && `${under.login.username}:${under.login.password}`;
      const missing = {
        mediaType: 'application/vnd.oci.image.config.v1+json',
        digest: `sha256:${'0'.repeat(64)}`,
        size: 2,
      };
      const mediaType = 'application/vnd.oci.image.manifest.v1+json';
      const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, config: missing, layers: [] }));
      if (under.push !== undefined) return;
      await expect(
        pusher(under.host, 'acme/web', login).manifest('bad', { bytes, mediaType }),
      ).rejects.toThrow(/ 40[04] /);
    });

    it('lets nobody in without the right password, where it asks for one', async () => {
      const { login } = under;
      if (login === undefined) return;
      await push('acme/private', '1', { created: time });
      for (const [wrong, advice] of [
        [undefined, /no credentials are configured/],
        [{ ...login, password: 'wrong-password' }, /not accepted/],
      ] as const) {
        const message = expect.stringMatching(advice) as unknown;
        await expect(connect(wrong).list(at('acme/private'))).rejects.toMatchObject({
          code: 'auth-failed',
          message,
        });
      }
    });
  });
}

export function repositoryOf(text: string): Repository {
  const parsed = parseRepository(text);
  if (parsed === undefined) throw new Error(`no repository: ${text}`);
  return parsed.repository;
}

export function tagOf(text: string): Tag {
  const tag = parseTag(text);
  if (tag === undefined) throw new Error(`no tag: ${text}`);
  return tag;
}
