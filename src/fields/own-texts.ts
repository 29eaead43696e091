/**
 * Copies of texts, one of each: the engine lets a piece of a text keep the whole of it alive, and most files of a tree hold the same names, tags and pointers.
 * It lives as long as one reading of a tree.
 */
export class OwnTexts {
  readonly #known = new Map<string, string>();

  /** The same text, in memory that is no file's. */
  own(text: string): string {
    if (text.length < shortestPiece) return text;
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    // Joining makes a new text, of which this is then a piece.
    const copy = ` ${text}`.slice(1);
    this.#known.set(copy, copy);
    return copy;
  }

  ownAny(text: string | undefined): string | undefined {
    return text === undefined ? undefined : this.own(text);
  }
}

/** Of pieces that are shorter the engine makes copies by itself. */
const shortestPiece = 13;
