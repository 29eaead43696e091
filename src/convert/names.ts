/** Gives out names of policies: letters that a name may have, and each once. */
export class Names {
  readonly #taken: Set<string>;

  /** @param taken names of the policies that are there */
  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  /** The first wish that is free, else the last one with a number. */
  take(...wishes: readonly string[]): string {
    const slugs = wishes.map((wish) => slug(wish));
    const last = slugs.at(-1) ?? 'policy';
    let name = slugs.find((wish) => !this.#taken.has(wish)) ?? last;
    for (let number = 2; this.#taken.has(name); number++) name = `${last}-${number}`;
    this.#taken.add(name);
    return name;
  }
}

function slug(text: string): string {
  const plain = text
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
    .slice(0, 200);
  return plain === '' ? 'policy' : plain;
}
