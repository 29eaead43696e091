import { append } from '../../core/append.ts';
import { formatPlace } from '../../core/position.ts';
import type { FileFacts, KustomizationFact, PatchFact } from '../../fields/model.ts';
import { compilePattern } from '../../policy/patterns/pattern.ts';

/** A file of the tree, as far as Flux 2 is concerned. */
export interface FluxFile {
  readonly path: string;
  readonly facts: Pick<FileFacts, 'flux' | 'kustomizations'>;
}

interface Kustomization {
  /** Its place among all. */
  readonly number: number;
  readonly fact: KustomizationFact;
  readonly file: string;
  /** What its references start from. */
  readonly folder: string;
}

/** Which kustomizations apply a file, read from their references: nothing is rendered. */
export class Kustomize {
  /** By the path that a reference names, a file's or a folder's. */
  readonly #users = new Map<string, Kustomization[]>();
  readonly #folders = new Set<string>();
  readonly #patches = new Set<string>();
  readonly #patterns = new Map<string, ReturnType<typeof compilePattern>>();
  readonly #objectsOf = new Map<string, readonly { kind: string; name: string }[]>();

  constructor(files: readonly FluxFile[]) {
    let number = 0;
    for (const { path, facts } of files) {
      if (facts.flux.length > 0) this.#objectsOf.set(path, facts.flux);
      for (const fact of facts.kustomizations) {
        const folder = fact.from === 'root' ? '' : folderOf(path);
        if (fact.from === 'folder') this.#folders.add(folder);
        const one: Kustomization = { number: number++, fact, file: path, folder };
        const components = fact.from === 'folder' ? fact.components : [];
        for (const { path: reference } of [...fact.references, ...components])
          this.#use(join(folder, reference), one);
        for (const patch of fact.patches) {
          const found = patch.path === undefined ? undefined : join(folder, patch.path);
          if (found !== undefined) this.#patches.add(found);
        }
      }
    }
  }

  /** Whether a file is a patch: what stands in it is no object of its own. */
  isPatch(path: string): boolean {
    return this.#patches.has(path);
  }

  /** The namespaces that kustomizations put the objects of a file into; several where several overlays use it. */
  namespaces(path: string): ReadonlySet<string> {
    const found = new Set<string>();
    const seen = new Set<string>();
    const open: Step[] = this.#applying(path).map((user) => ({ user, inner: undefined }));
    for (let step = open.pop(); step !== undefined; step = open.pop()) {
      const { user, inner } = step;
      const namespace = user.fact.namespace ?? inner;
      const key = `${user.number} ${namespace ?? ''}`;
      if (seen.has(key)) continue;
      // Then no file tells it.
      if (seen.add(key).size > mostSteps) return new Set();
      const above = this.#usersOf(user);
      if (above.length === 0 && namespace !== undefined) found.add(namespace);
      append(
        open,
        above.map((one) => ({ user: one, inner: namespace })),
      );
    }
    return found;
  }

  /** Where an object of a file is patched: `file:line:column` of the patch, or `undefined`. */
  patched(path: string, kind: string, name: string): string | undefined {
    const open = [...this.#applying(path)];
    const seen = new Set<Kustomization>();
    for (let user = open.pop(); user !== undefined; user = open.pop()) {
      if (seen.has(user)) continue;
      const { file } = user;
      // Nobody reads so many by hand either: it may be patched.
      if (seen.add(user).size > mostSteps) return file;
      for (const patch of user.fact.patches) {
        if (this.#touches(patch, user.folder, kind, name))
          return formatPlace({ file, line: patch.line, column: patch.column });
      }
      append(open, this.#usersOf(user));
    }
    return undefined;
  }

  #use(path: string | undefined, user: Kustomization): void {
    if (path === undefined) return;
    const users = this.#users.get(path);
    if (users === undefined) this.#users.set(path, [user]);
    else users.push(user);
  }

  /** A kustomization names the file; of a folder without one, Flux applies everything below. */
  #applying(path: string): readonly Kustomization[] {
    const users = [...(this.#users.get(path) ?? [])];
    for (let folder = folderOf(path); ; folder = folderOf(folder)) {
      if (this.#folders.has(folder)) break;
      append(
        users,
        (this.#users.get(folder) ?? []).filter(({ fact }) => fact.from === 'root'),
      );
      if (folder === '') break;
    }
    return users;
  }

  #usersOf({ fact, file }: Kustomization): readonly Kustomization[] {
    if (fact.from === 'root') return [];
    return [...(this.#users.get(folderOf(file)) ?? []), ...(this.#users.get(file) ?? [])];
  }

  #touches(patch: PatchFact, folder: string, kind: string, name: string): boolean {
    if (patch.target !== undefined)
      return this.#matches(patch.target.kind, kind) && this.#matches(patch.target.name, name);
    const file = patch.path === undefined ? undefined : join(folder, patch.path);
    const objects = file === undefined ? patch.objects : (this.#objectsOf.get(file) ?? []);
    return objects.some((one) => one.kind === kind && one.name === name);
  }

  /** A pattern that cannot be read may match. */
  #matches(pattern: string, text: string): boolean {
    let compiled = this.#patterns.get(pattern);
    if (compiled === undefined) {
      compiled = compilePattern(`^(?:${pattern})$`, undefined);
      this.#patterns.set(pattern, compiled);
    }
    return 'error' in compiled || compiled.matches(text);
  }
}

interface Step {
  readonly user: Kustomization;
  /** The namespace that the kustomizations below give. */
  readonly inner: string | undefined;
}

/** At most so many kustomizations are followed for one file. */
const mostSteps = 1000;

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

/** `undefined` where it is an address, or leaves the repository. */
function join(folder: string, written: string): string | undefined {
  if (/^[a-z+]+:\/\//i.test(written)) return undefined;
  const parts = folder === '' ? [] : folder.split('/');
  for (const part of written.split('/')) {
    if (part === '..' && parts.pop() === undefined) return undefined;
    if (part !== '' && part !== '.' && part !== '..') parts.push(part);
  }
  return parts.join('/');
}
