import type { Digest } from '../../image/digest.ts';
import type { Repository } from '../../image/reference.ts';
import type { Tag } from '../../image/tag.ts';
import type { StateStore } from '../../state/store.ts';
import { SharedAges } from './shared-ages.ts';

const space = 'seen';
const sinceKey = 'since';

/**
 * The earliest evidence that a tag with a digest existed (product.md, 3): a release record of that digest on this branch or another watched
 * one, else the first time that we looked at it. Registries that tell push times will come before both. Never the creation time that the image
 * tells.
 */
export class AgeEvidence {
  readonly #state: StateStore;
  readonly #shared: SharedAges;
  readonly #now: number;
  readonly #recorded: (digest: Digest) => Promise<number | undefined>;
  #new: Promise<boolean> | undefined;

  /** @param recorded when this branch first released a digest */
  constructor(state: StateStore, now: number, recorded: (digest: Digest) => Promise<number | undefined>) {
    this.#state = state;
    this.#shared = new SharedAges(state);
    this.#now = now;
    this.#recorded = recorded;
  }

  /** Milliseconds since the epoch. Remembers the first sight, and asks the other branches. */
  async of(image: Repository, tag: Tag, digest: Digest): Promise<number> {
    await this.isNew();
    const key = `${image}:${tag}@${digest}`;
    const kept = Number((await this.#state.get(space, [key])).get(key) ?? Number.NaN);
    const seen = Number.isSafeInteger(kept) ? kept : this.#now;
    if (seen === this.#now) await this.#state.set(space, new Map([[key, String(seen)]]));
    await this.#shared.ask(digest);
    const told = [await this.#recorded(digest), await this.#shared.recordedAt(digest)];
    return Math.min(seen, ...told.filter((at) => at !== undefined));
  }

  /** Whether nothing was kept before this run: then no first sight can be older than it. */
  async isNew(): Promise<boolean> {
    this.#new ??= this.#begin();
    return this.#new;
  }

  async #begin(): Promise<boolean> {
    const kept = await this.#state.get(space, [sinceKey]);
    if (kept.has(sinceKey)) return Number(kept.get(sinceKey)) === this.#now;
    await this.#state.set(space, new Map([[sinceKey, String(this.#now)]]));
    return true;
  }
}
