import type { Snapshot } from '../../git/repository.ts';
import type { LoggedCommit } from '../../release/log.ts';

/** Commits that are compared at first; then four times as many, and so on: each time is a request. Most values are younger than that. */
const firstPortion = 64;
/** A commit that changes more files than so many may have changed any. */
const mostChanged = 1000;
/** Changed files that are remembered of all commits: some 50 MB. Beyond it, a commit may have changed any. */
const mostTold = 500_000;

/**
 * Which commits of a branch changed a file, so that a field is looked for only where its file is another one: thousands of fields are followed through
 * the same commits.
 */
export class ChangeIndex {
  readonly #snapshot: Snapshot;
  readonly #chain: readonly LoggedCommit[];
  /** Ascending places in the chain, by file; those under `undefined` count for every file. */
  readonly #places = new Map<string | undefined, number[]>();
  /** The first place that was not compared with the one before it yet. */
  #end = 1;
  #told = 0;
  #extending: Promise<void> | undefined;

  /** @param chain each the first parent of the one before it */
  constructor(snapshot: Snapshot, chain: readonly LoggedCommit[]) {
    this.#snapshot = snapshot;
    this.#chain = chain;
  }

  /** Of the chain. */
  get length(): number {
    return this.#chain.length;
  }

  /**
   * The next place behind `from` at which the file may differ from the one before it, as far as `last`; `undefined`: there is none. The
   * trees as far as there are ready.
   */
  async next(file: string, from: number, last: number): Promise<number | undefined> {
    for (;;) {
      const found = Math.min(after(this.#places.get(file), from), after(this.#places.get(undefined), from));
      if (found <= last) return found;
      if (this.#end > Math.min(last, this.#chain.length - 1)) return undefined;
      await (this.#extending ??= this.#extend(last).finally(() => (this.#extending = undefined)));
    }
  }

  /** No further than to `last`: the trees behind it may not be here, and nobody asks for them. */
  async #extend(last: number): Promise<void> {
    const end = Math.min(this.#chain.length, last + 1, Math.max(firstPortion, this.#end * 4));
    await this.#snapshot.prepare(this.#chain.slice(this.#end - 1, end).map(({ id }) => id));
    for (let place = this.#end; place < end; place++) {
      const [newer, older] = [this.#chain[place - 1], this.#chain[place]];
      if (newer === undefined || older === undefined) continue;
      const files =
        this.#told < mostTold ? await this.#snapshot.changes(newer.id, older.id, mostChanged) : undefined;
      this.#told += files?.length ?? 0;
      for (const file of files ?? [undefined]) this.#add(file, place);
    }
    this.#end = end;
  }

  #add(file: string | undefined, place: number): void {
    const places = this.#places.get(file);
    if (places === undefined) this.#places.set(file, [place]);
    else places.push(place);
  }
}

/** The first of ascending numbers that is greater. */
function after(places: readonly number[] = [], from: number): number {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((places[middle] ?? Infinity) > from) high = middle;
    else low = middle + 1;
  }
  return places[low] ?? Infinity;
}
