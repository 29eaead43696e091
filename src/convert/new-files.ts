import { fileHead } from './policy-text.ts';

/** The new ImagePolicy files, one beside each file that policies came from. */
export class NewFiles {
  readonly #documents = new Map<string, string[]>();
  readonly #existing: ReadonlySet<string>;

  /** @param existing paths that are there already */
  constructor(existing: ReadonlySet<string>) {
    this.#existing = existing;
  }

  /** The path for what comes from `source`: `apps/web.yaml` gives `apps/web.tallyman.yaml`. */
  pathBeside(source: string): string {
    return `${source.replace(/\.(?:ya?ml|json)$/, '')}.tallyman.yaml`;
  }

  /** Whether an earlier conversion has been here: what it wrote is left as it is. */
  isThere(path: string): boolean {
    return this.#existing.has(path);
  }

  add(path: string, text: string): void {
    this.#documents.set(path, [...(this.#documents.get(path) ?? []), text]);
  }

  texts(): ReadonlyMap<string, string> {
    return new Map([...this.#documents].map(([path, parts]) => [path, `${fileHead}${parts.join('---\n')}`]));
  }
}
