/**
 * Where texts stand in a block of many commits. A block is searched once for each text, and not once for each commit; the first who asks waits for it.
 */
export class TextPlaces {
  #block: Buffer | undefined;
  readonly #places = new Map<string, readonly number[]>();

  /** @param block nobody changes it any more */
  static of(block: Buffer): TextPlaces {
    const places = new TextPlaces();
    places.end(block);
    return places;
  }

  /** The block is full: nobody changes it any more. Before that every text may stand anywhere. */
  end(block: Buffer): void {
    this.#block = block;
  }

  /** Whether the text may begin between two places of the block. @param text ASCII */
  maySee(text: string, from: number, to: number): boolean {
    const block = this.#block;
    if (block === undefined) return true;
    let places = this.#places.get(text);
    if (places === undefined) this.#places.set(text, (places = placesOf(text, block)));
    const place = places[firstFrom(places, from)];
    return place !== undefined && place < to;
  }
}

/** Ascending. */
function placesOf(text: string, block: Buffer): readonly number[] {
  const bytes = Buffer.from(text, 'latin1');
  const places: number[] = [];
  for (let at = block.indexOf(bytes); at >= 0; at = block.indexOf(bytes, at + 1)) places.push(at);
  return places;
}

/** The index of the first of ascending numbers that is not smaller. */
function firstFrom(places: readonly number[], from: number): number {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((places[middle] ?? Infinity) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
