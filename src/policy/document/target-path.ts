/**
 * One step of the path of a target (product.md, 4). `end` is how far the path's text goes with it, for messages.
 * - `name`: a value of a map; `index`: an item of a list, from 0; `all`: every item, or every value of a map;
 * - `where`: the items (or values) in which the text at `keys` is `value`.
 */
export type TargetStep = { readonly end: number } & (
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'all' }
  | { readonly kind: 'where'; readonly keys: readonly string[]; readonly value: string }
);

const longest = 1024;

/**
 * Reads the path of a target, a subset of RFC 9535 (JSONPath): `$`, then `.name`, `['name']`, `[0]`, `[*]`, `[?@.name=='x']`. Names without quotes may hold
 * `-` as well.
 * @returns the steps, at least one; or what is wrong, at which character (from 1), and what may be meant
 */
export function parseTargetPath(
  text: string,
): { readonly steps: readonly TargetStep[] } | { readonly error: string } {
  if (text.length > longest)
    return { error: `it has ${text.length} characters; at most ${longest} are allowed` };
  const reader = new PathReader(text);
  try {
    return { steps: reader.read() };
  } catch (error) {
    if (error instanceof Unreadable) return { error: error.message };
    throw error;
  }
}

/** Leaves the reader; never leaves this file. */
class Unreadable extends Error {}

/** Names that need no quotes. */
const plainName = /[\p{L}_][\p{L}\p{N}_-]*/uy;

class PathReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): TargetStep[] {
    if (!this.#take('$')) this.#fail(`a path begins with $${this.#rooted()}`);
    const steps: TargetStep[] = [];
    while (this.#at < this.#text.length) steps.push(this.#step());
    if (steps.length === 0) this.#fail('it names the whole file; go on with .name or [...]');
    return steps;
  }

  #step(): TargetStep {
    if (this.#take('.')) {
      if (this.#next() === '.') this.#fail('.. is not read here; write every step');
      if (this.#take('*')) return { kind: 'all', end: this.#at };
      const name = this.#name();
      return { kind: 'name', name, end: this.#at };
    }
    if (!this.#take('[')) this.#fail('expected .name or [...]');
    this.#blanks();
    const step = this.#selector();
    this.#blanks();
    if (!this.#take(']')) this.#fail('expected ]');
    return { ...step, end: this.#at };
  }

  #selector(): Unended {
    const next = this.#next();
    if (next === "'" || next === '"') return { kind: 'name', name: this.#quoted() };
    if (this.#take('*')) return { kind: 'all' };
    if (this.#take('?')) return this.#filter();
    const digits = this.#match(/[0-9]+/y);
    if (digits === undefined) {
      const name = this.#match(plainName);
      if (name !== undefined) this.#fail(`a name in brackets stands in quotes: ['${name}']`);
      this.#fail(
        next === '-'
          ? 'items are counted from 0; there is no index below it'
          : "expected 'name', a number, * or ?@.name=='x'",
      );
    }
    if (digits.length > 1 && digits.startsWith('0')) this.#fail(`write ${Number(digits)} instead`);
    const index = Number(digits);
    if (index > 1_000_000) this.#fail('an index is 1000000 at most');
    return { kind: 'index', index };
  }

  /** `@.name=='x'`, in brackets of its own or not. */
  #filter(): Unended {
    this.#blanks();
    const inside = this.#take('(');
    this.#blanks();
    if (!this.#take('@')) this.#fail("expected @, as in [?@.name=='x']");
    const keys: string[] = [];
    for (;;) {
      if (this.#take('.')) keys.push(this.#name());
      else if (this.#next() === '[') keys.push(this.#bracketed());
      else break;
    }
    this.#blanks();
    if (!this.#take('==')) this.#fail(this.#next() === '=' ? 'write == instead of =' : 'expected ==');
    this.#blanks();
    const value = this.#quoted();
    this.#blanks();
    if (inside && !this.#take(')')) this.#fail('expected )');
    return { kind: 'where', keys, value };
  }

  #bracketed(): string {
    this.#take('[');
    this.#blanks();
    const name = this.#quoted();
    this.#blanks();
    if (!this.#take(']')) this.#fail('expected ]');
    return name;
  }

  #name(): string {
    const name = this.#match(plainName);
    if (name === undefined) this.#fail("expected a name; one that is not of letters stands so: ['a/b']");
    const next = this.#next();
    if (next !== '' && !'.[= )]'.includes(next)) {
      const rest = /[^.[\]=)\s]*/y;
      rest.lastIndex = this.#at;
      this.#fail(`a name with "${next}" stands in quotes: ['${name}${rest.exec(this.#text)?.[0] ?? ''}']`);
    }
    return name;
  }

  /** Text in single or double quotes; a backslash stands before a quote or a backslash. */
  #quoted(): string {
    const quote = this.#next();
    if (quote !== "'" && quote !== '"') this.#fail("expected text in quotes, as in 'x'");
    const start = this.#at++;
    let text = '';
    for (let next = this.#next(); next !== quote; next = this.#next()) {
      if (next === '') {
        this.#at = start;
        this.#fail(`the quote ${quote} is not closed`);
      }
      if (next === '\\') {
        this.#at++;
        if (!['\\', "'", '"'].includes(this.#next())) this.#fail('only \\\\ and a quote follow a backslash');
      }
      text += this.#next();
      this.#at++;
    }
    this.#at++;
    return text;
  }

  /** What is meant where the `$` is missing. */
  #rooted(): string {
    const meant =
      this.#text.startsWith('.') || this.#text.startsWith('[') ? `$${this.#text}` : `$.${this.#text}`;
    return 'steps' in parseTargetPath(meant) ? ` (did you mean "${meant}"?)` : '';
  }

  #next(): string {
    return this.#text[this.#at] ?? '';
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #blanks(): void {
    this.#match(/[ \t]*/y);
  }

  #fail(message: string): never {
    throw new Unreadable(`at character ${Array.from(this.#text.slice(0, this.#at)).length + 1}: ${message}`);
  }
}

type Unended = {
  [Kind in TargetStep['kind']]: Omit<Extract<TargetStep, { kind: Kind }>, 'end'>;
}[TargetStep['kind']];
