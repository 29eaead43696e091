/** Longest text of all files together that is kept, in UTF-16 code units: 64 Mi, which is as many bytes where all of it is ASCII. */
const mostKept = 64 * 1024 * 1024;

/**
 * Texts of files that were read for their facts and may be edited right afterwards, so that each is read once. Beyond the limit they are read
 * again.
 */
export class KeptTexts {
  readonly #texts = new Map<string, string>();
  readonly #most: number;
  #length = 0;

  constructor(most = mostKept) {
    this.#most = most;
  }

  /** Says whether the text is kept. */
  keep(path: string, text: string): boolean {
    if (this.#length + text.length > this.#most) return false;
    this.#length += text.length;
    this.#texts.set(path, text);
    return true;
  }

  get(path: string): string | undefined {
    return this.#texts.get(path);
  }
}
