/** Longest file that is parsed in full; `prove` has the same bound for one file. */
const longestFile = 65_536;

/** Text that a run parses in full: all of it, where its files are no more than this. */
const whole = 262_144;

/** A larger run is proven by outlines, and as much as this of it by the parser too. */
const sample = 32_768;

/**
 * How much text, in UTF-16 code units, one run or command parses in full to prove its edits (product.md, 4): 256 Ki, which costs a quarter of a
 * second; above it both versions are read as outlines and compared as outlines. A usual run stays far below. A run that is known to edit more is one of
 * thousands of files, and the first few of them, 32 Ki, are parsed.
 */
export class ProofBudget {
  #left: number;

  /** @param planned length of all files that will be edited, where that is known; default 0 */
  constructor(planned = 0) {
    this.#left = planned > whole ? sample : whole;
  }

  /** Takes what one file needs. @returns the `parseBudget` for it: 0 where nothing is left */
  take(length: number): number {
    if (length > longestFile || length > this.#left) return 0;
    this.#left -= length;
    return longestFile;
  }
}
