/** Longest file that is parsed in full; `prove` has the same bound for one file. */
const longestFile = 65_536;

/**
 * How much text one run or command parses in full to prove its edits: 256 KiB unless said, which costs about a quarter of a second. Above it both versions are read
 * as outlines and compared as outlines (product.md, 4). A usual run stays far below it.
 */
export class ProofBudget {
  #left: number;

  constructor(units = 262_144) {
    this.#left = units;
  }

  /** Takes what one file needs. @returns the `parseBudget` for it: 0 where nothing is left */
  take(length: number): number {
    if (length > longestFile || length > this.#left) return 0;
    this.#left -= length;
    return longestFile;
  }
}
