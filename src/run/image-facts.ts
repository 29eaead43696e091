import { Failure } from '../core/failure.ts';
import { parseDigest, type Digest } from '../image/digest.ts';
import { formatPlatform, parsePlatform, type Platform } from '../image/platform.ts';
import type { Repository } from '../image/reference.ts';
import type { Tag } from '../image/tag.ts';
import type { ImageFacts, Query } from '../policy/election/decision.ts';
import type { ImageDetails } from '../registry/ports.ts';
import type { AgeEvidence } from './ages/age-evidence.ts';
import { mapLimited } from './concurrency.ts';
import type { ScanPorts } from './ports.ts';

const space = 'image';
const atOnce = 8;

/** What is worth keeping of an image: it never changes for a digest. */
interface KeptImage {
  readonly digest: Digest;
  readonly created: number | null;
  /** `os/architecture[/variant]`. */
  readonly platforms: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Of an index; `[]` for other images. Absent in what an older version kept. */
  readonly children?: readonly string[];
}

/**
 * Answers an election's questions about one image, and remembers the answers: within a run in memory, between
 * runs in the state store. The list of tags is given: it is always whole.
 */
export class ImageLookup {
  readonly #image: Repository;
  readonly #ports: ScanPorts;
  readonly #signal: AbortSignal | undefined;
  readonly #tags: readonly Tag[];
  readonly #created: Record<string, number | null> = Object.create(null) as Record<string, number | null>;
  readonly #seen: Record<string, number | null> = Object.create(null) as Record<string, number | null>;
  readonly #evidence: AgeEvidence;
  readonly #platforms: Record<string, readonly Platform[] | null> = Object.create(null) as Record<
    string,
    readonly Platform[] | null
  >;
  readonly #digests: Record<string, Digest | null> = Object.create(null) as Record<string, Digest | null>;

  constructor(
    image: Repository,
    tags: readonly Tag[],
    ports: ScanPorts,
    evidence: AgeEvidence,
    signal?: AbortSignal,
  ) {
    this.#image = image;
    this.#tags = tags;
    this.#evidence = evidence;
    this.#ports = ports;
    this.#signal = signal;
  }

  facts(): ImageFacts {
    return {
      tags: this.#tags,
      created: this.#created,
      digests: this.#digests,
      platforms: this.#platforms,
      seen: this.#seen,
    };
  }

  /** @throws Failure where the registry does not answer: nothing is elected from half of the answers. */
  async answer(query: Query): Promise<void> {
    switch (query.kind) {
      case 'digest': {
        await this.#answerDigest(query.tag);
        return;
      }
      case 'age': {
        await this.#answerAge(query.tag);
        return;
      }
      case 'platforms': {
        await this.#answerPlatforms(query.tag);
        return;
      }
      case 'created': {
        await this.#answerCreated(query.tags);
      }
    }
  }

  /** Labels of a tag's image, for the compare link and the revision; `undefined` where the tag is gone. */
  async labels(tag: Tag): Promise<Readonly<Record<string, string>> | undefined> {
    const digest = this.#digests[tag] ?? (await this.#ports.images.digest(this.#image, tag, this.#signal));
    if (digest === undefined) return undefined;
    const kept = await this.#kept([digest]);
    return (kept.get(digest) ?? (await this.#inspect(tag)))?.labels;
  }

  /**
   * The digest that counts for one that stands beside a tag: that of a child of the tag's index counts as the index's own (product.md, 3). Any other
   * digest is itself, and so is each where nothing was asked of the tag yet.
   * @throws Failure where the registry does not answer
   */
  async whole(tag: Tag, digest: string): Promise<string> {
    const top = this.#digests[tag] ?? undefined;
    if (top === undefined || top === digest) return digest;
    const kept = (await this.#kept([top])).get(top);
    const image = kept?.children === undefined ? await this.#inspectIfSound(tag) : kept;
    return image?.children?.includes(digest) === true ? image.digest : digest;
  }

  /** An image whose manifests are not as they should be has no children that are known. */
  async #inspectIfSound(tag: Tag): Promise<KeptImage | undefined> {
    try {
      return await this.#inspect(tag);
    } catch (error) {
      if (error instanceof Failure && (error.code === 'bad-answer' || error.code === 'too-large'))
        return undefined;
      throw error;
    }
  }

  async #answerAge(tag: Tag): Promise<void> {
    if (this.#digests[tag] === undefined) await this.#answerDigest(tag);
    const digest = this.#digests[tag] ?? null;
    this.#seen[tag] = digest === null ? null : await this.#evidence.of(this.#image, tag, digest);
  }

  /** By the digest that the tag has now: a moved tag may have other platforms. */
  async #answerPlatforms(tag: Tag): Promise<void> {
    if (this.#digests[tag] === undefined) await this.#answerDigest(tag);
    const digest = this.#digests[tag] ?? undefined;
    const kept = digest === undefined ? undefined : (await this.#kept([digest])).get(digest);
    const image = kept ?? (digest === undefined ? undefined : await this.#inspect(tag));
    this.#platforms[tag] = image?.platforms.flatMap((text) => parsePlatform(text) ?? []) ?? null;
  }

  /** A tag that moved has another creation time than the one we kept: it is looked at again. */
  async #answerDigest(tag: Tag): Promise<void> {
    const digest = (await this.#ports.images.digest(this.#image, tag, this.#signal)) ?? null;
    this.#digests[tag] = digest;
    const kept = (await this.#keptDigests([tag])).get(tag);
    if (this.#created[tag] === undefined || digest === null || kept === digest) return;
    this.#created[tag] = (await this.#inspect(tag))?.created ?? null;
  }

  async #answerCreated(tags: readonly Tag[]): Promise<void> {
    const missing = tags.filter((tag) => this.#created[tag] === undefined);
    const digests = await this.#keptDigests(missing);
    const kept = await this.#kept([...digests.values()]);
    await mapLimited(missing, atOnce, async (tag) => {
      const digest = digests.get(tag);
      const known = digest === undefined ? undefined : kept.get(digest);
      this.#created[tag] = (known ?? (await this.#inspect(tag)))?.created ?? null;
    });
  }

  async #inspect(tag: Tag): Promise<KeptImage | undefined> {
    const details = await this.#ports.images.inspect(this.#image, tag, this.#signal);
    if (details === undefined) return undefined;
    const kept = keep(details);
    // Tag, digest and time were read as one: nobody need ask for the digest again in this run.
    this.#digests[tag] = details.digest;
    const entries = new Map([
      [details.digest as string, JSON.stringify(kept)],
      [`${this.#image}:${tag}`, details.digest],
    ]);
    await this.#ports.state.set(space, entries);
    return kept;
  }

  async #keptDigests(tags: readonly Tag[]): Promise<Map<Tag, Digest>> {
    const keys = tags.map((tag) => `${this.#image}:${tag}`);
    const values = await this.#ports.state.get(space, keys);
    const digests = new Map<Tag, Digest>();
    for (const tag of tags) {
      const digest = parseDigest(values.get(`${this.#image}:${tag}`) ?? '');
      if (digest !== undefined) digests.set(tag, digest);
    }
    return digests;
  }

  async #kept(digests: readonly Digest[]): Promise<Map<string, KeptImage>> {
    const values = await this.#ports.state.get(space, digests);
    return new Map([...values].flatMap(([digest, json]) => readKept(digest, json)));
  }
}

/** The store is a cache: an entry that is not ours is no entry. */
function readKept(digest: string, json: string): [string, KeptImage][] {
  try {
    const kept = JSON.parse(json) as Partial<KeptImage> | null;
    const whole =
      kept?.digest === digest &&
      typeof kept.labels === 'object' &&
      kept.created !== undefined &&
      Array.isArray(kept.platforms) &&
      (kept.children === undefined || Array.isArray(kept.children));
    return whole ? [[digest, kept as KeptImage]] : [];
  } catch {
    return [];
  }
}

function keep(details: ImageDetails): KeptImage {
  return {
    digest: details.digest,
    created: details.created ?? null,
    platforms: details.platforms.map(formatPlatform),
    labels: pickLabels(details.labels),
    children: details.children ?? [],
  };
}

/** Only what release records use; the rest of an image's labels may be large. */
function pickLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  const wanted = ['source', 'revision', 'version'].map((name) => `org.opencontainers.image.${name}`);
  return Object.fromEntries(
    wanted.flatMap((name) => {
      const value = labels[name];
      return value === undefined || value.length > 1024 ? [] : [[name, value]];
    }),
  );
}
