import type { Digest } from '../image/digest.ts';
import type { Platform } from '../image/platform.ts';
import type { Repository } from '../image/reference.ts';
import type { Tag } from '../image/tag.ts';

/** Port: the tags of a repository, all of them or an error (architecture.md, idea 6). */
export interface TagLister {
  /** @throws Failure `not-found`, `auth-failed`, `forbidden`, `unreachable`, `timeout`, `rate-limited`, `bad-answer`, `too-large` */
  list(repository: Repository, signal?: AbortSignal): Promise<readonly Tag[]>;
}

export interface ImageDetails {
  /** Of the manifest or index that the tag names. */
  readonly digest: Digest;
  /** Milliseconds since the epoch, from the config blob; of an index: the latest of its images. `undefined` where no image tells. */
  readonly created: number | undefined;
  readonly platforms: readonly Platform[];
  /** Of an index: the manifests of its images, in its order, attestations left out. Absent: it is none. */
  readonly children?: readonly Digest[];
  /** Of the config (of an index: of its first image), and annotations of the manifest over them. Untrusted text. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Port: what one tag holds. */
export interface ImageInspector {
  /** The tag's digest by HEAD; `undefined` where the tag does not exist. Throws as `list` does. */
  digest(repository: Repository, tag: Tag, signal?: AbortSignal): Promise<Digest | undefined>;
  /** Manifest (or index) and config; `undefined` where the tag does not exist. Throws as `list` does. */
  inspect(repository: Repository, tag: Tag, signal?: AbortSignal): Promise<ImageDetails | undefined>;
}

/** What a registry is told about us. `identityToken`: a refresh token, exchanged at the registry's token service. */
export type RegistryCredentials =
  { readonly username: string; readonly password: string } | { readonly identityToken: string };

/** Port: who we are at a registry. */
export interface CredentialSource {
  /**
   * @param host the registry's host as in `registryHost` (`docker.io`, `localhost:5000`)
   * @returns `undefined` where none are configured: the registry is asked as anonymous
   * @throws Failure `invalid-config` or `auth-failed` where what is configured cannot be read; never with its content
   */
  credentials(host: string): Promise<RegistryCredentials | undefined>;
}
