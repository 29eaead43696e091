import { didYouMean } from '../core/nearest.ts';
import { formatPath, type Finding } from '../policy/document/finding.ts';

/** Keys and indexes from the document's root. */
export type Path = readonly (string | number)[];

/**
 * Reads an object of another tool by paths, and collects what breaks its shape. A value that is absent or null is `undefined` and no
 * finding, unless it is required.
 */
export class ObjectReader {
  readonly findings: Finding[] = [];
  readonly #root: unknown;

  constructor(root: unknown) {
    this.#root = root;
  }

  has(path: Path): boolean {
    const value = this.#at(path);
    return value !== undefined && value !== null;
  }

  /** Says which keys a map may have. Nothing where there is no such map. */
  keys(path: Path, known: readonly string[]): void {
    const map = this.map(path);
    for (const key of Object.keys(map ?? {})) {
      if (known.includes(key)) continue;
      const message = `unknown key ${formatPath([...path, key])}${didYouMean(key, known)}`;
      this.findings.push({ path: [...path, key], onKey: true, message });
    }
  }

  map(path: Path): Readonly<Record<string, unknown>> | undefined {
    return this.#typed(path, 'a map', (value): value is Readonly<Record<string, unknown>> => {
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    });
  }

  text(path: Path): string | undefined {
    return this.#typed(path, 'text', (value) => typeof value === 'string');
  }

  requiredText(path: Path): string | undefined {
    const found = this.text(path);
    if (found === undefined && !this.has(path))
      this.findings.push({ path, message: `${formatPath(path)} is missing; expected text` });
    return found;
  }

  flag(path: Path): boolean | undefined {
    return this.#typed(path, 'true or false', (value) => typeof value === 'boolean');
  }

  number(path: Path): number | undefined {
    return this.#typed(path, 'a number', (value) => typeof value === 'number');
  }

  oneOf<Word extends string>(path: Path, words: readonly Word[]): Word | undefined {
    const found = this.text(path);
    const word = words.find((known) => known === found);
    if (found !== undefined && word === undefined) {
      const message = `${formatPath(path)} is "${found}"; expected ${words.join(' or ')}${didYouMean(found, words)}`;
      this.findings.push({ path, message });
    }
    return word;
  }

  /** The paths of a list's items. */
  items(path: Path): readonly Path[] {
    const list = this.#typed(path, 'a list', (value): value is readonly unknown[] => Array.isArray(value));
    return (list ?? []).map((_, index) => [...path, index]);
  }

  /** A list of texts; `undefined` where there is none. */
  texts(path: Path): readonly string[] | undefined {
    if (!this.has(path)) return undefined;
    return this.items(path).flatMap((item) => this.text(item) ?? []);
  }

  /** A map from text to text. */
  textMap(path: Path): Readonly<Record<string, string>> | undefined {
    const map = this.map(path);
    if (map === undefined) return undefined;
    const entries = Object.keys(map).map((key) => [key, this.text([...path, key]) ?? ''] as const);
    return Object.fromEntries(entries);
  }

  #typed<Value>(path: Path, expected: string, is: (value: unknown) => value is Value): Value | undefined {
    const value = this.#at(path);
    if (value === undefined || value === null) return undefined;
    if (is(value)) return value;
    const quotes = expected === 'text' && typeof value !== 'object' ? '; put it in quotes' : '';
    const message = `${formatPath(path)} is ${describe(value)}; expected ${expected}${quotes}`;
    if (!this.findings.some((finding) => finding.message === message)) this.findings.push({ path, message });
    return undefined;
  }

  #at(path: Path): unknown {
    let value = this.#root;
    for (const part of path) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
      value = (value as Record<string | number, unknown>)[part];
    }
    return value;
  }
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : JSON.stringify(value);
}
