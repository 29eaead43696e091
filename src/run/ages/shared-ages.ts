import type { Digest } from '../../image/digest.ts';
import type { StateStore } from '../../state/store.ts';

/** What a branch can tell: when a digest was first released there, by the records that count. */
export interface AgeWitness {
  recordedAt(digest: string): Promise<number | undefined>;
}

const space = 'recorded';
const askedKey = 'asked';
/** Digests that are asked about; the oldest questions make room, and are asked again while somebody waits for them. */
const mostAsked = 256;
/** Digests that share the first three digits: 4,096 times so many are kept at most. */
const mostAlike = 8;
/** Reading the log of a branch for others is not free, and ages are hours or days. */
const pause = 3_600_000;

/**
 * What the release records of all watched branches tell of the age of digests (product.md, 3). The run of one branch asks, the runs of the
 * others answer from their own git; question and answer meet in the state store. What is lost is asked again: until then a tag looks younger,
 * never older. Bounded in size, whatever is asked.
 */
export class SharedAges {
  readonly #state: StateStore;
  /** What was asked, as this run knows it: it is read once. */
  #questions: Promise<string[]> | undefined;
  #added = 0;

  constructor(state: StateStore) {
    this.#state = state;
  }

  /** When some watched branch first released the digest, as far as they have answered: milliseconds since the epoch. */
  async recordedAt(digest: Digest): Promise<number | undefined> {
    return (await this.#slot(digest)).get(digest);
  }

  /** Asks the runs of the other branches. Over so many questions in one run, the rest wait for the next. */
  async ask(digest: Digest): Promise<void> {
    const asked = await (this.#questions ??= this.#asked());
    if (asked.includes(digest) || this.#added >= mostAsked) return;
    this.#added++;
    asked.unshift(digest);
    asked.splice(mostAsked);
    await this.#write(askedKey, asked);
  }

  /**
   * Answers what the others asked, once for each digest: what this branch releases later cannot be older than the question. At most hourly.
   * @param watched the branch, by a name of its own
   */
  async answer(watched: string, witness: AgeWitness, now: number): Promise<void> {
    const asked = await this.#asked();
    if (asked.length === 0) return;
    const key = `answered ${watched}`;
    const { at, digests } = readAnswered(await this.#read(key));
    const known = new Set(digests);
    const open = asked.filter((digest) => !known.has(digest));
    if (open.length === 0 || (at <= now && now - at < pause)) return;
    for (const digest of open) {
      const recorded = await witness.recordedAt(digest);
      if (recorded !== undefined) await this.#note(digest, recorded);
    }
    await this.#write(key, { at: now, digests: asked });
  }

  async #note(digest: string, at: number): Promise<void> {
    const slot = await this.#slot(digest);
    const earliest = Math.min(at, slot.get(digest) ?? at);
    slot.delete(digest);
    const entries = [[digest, earliest] as const, ...slot].slice(0, mostAlike);
    await this.#write(slotKey(digest), entries);
  }

  async #slot(digest: string): Promise<Map<string, number>> {
    const entries = await this.#read(slotKey(digest));
    if (!Array.isArray(entries)) return new Map();
    return new Map(entries.filter((entry) => isEntry(entry)));
  }

  async #asked(): Promise<string[]> {
    return texts(await this.#read(askedKey));
  }

  /** The store is a cache: what is not ours is nothing. */
  async #read(key: string): Promise<unknown> {
    const text = (await this.#state.get(space, [key])).get(key);
    try {
      return text === undefined ? undefined : (JSON.parse(text) as unknown);
    } catch {
      return undefined;
    }
  }

  async #write(key: string, value: unknown): Promise<void> {
    await this.#state.set(space, new Map([[key, JSON.stringify(value)]]));
  }
}

/** By the first digits of the hash, which are as good as random. */
function slotKey(digest: string): string {
  return `at ${digest.slice(digest.indexOf(':') + 1).slice(0, 3)}`;
}

function isEntry(entry: unknown): entry is readonly [string, number] {
  return Array.isArray(entry) && typeof entry[0] === 'string' && Number.isSafeInteger(entry[1]);
}

function readAnswered(value: unknown): { readonly at: number; readonly digests: readonly string[] } {
  const { at, digests } = (value ?? {}) as { readonly at?: unknown; readonly digests?: unknown };
  return { at: typeof at === 'number' ? at : -Infinity, digests: texts(digests) };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
