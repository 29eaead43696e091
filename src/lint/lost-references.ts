import { folderOf, resolveReference } from '../bindings/kustomize/path.ts';
import { didYouMean } from '../core/nearest.ts';
import { formatPlace, type Place } from '../core/position.ts';
import type { Advice } from '../core/problem.ts';
import type { LintedFile } from './tree.ts';

/** The entries of the whole tree, also those that no run reads. */
export type Entries = readonly { readonly path: string; readonly mode: string }[];

/**
 * References of kustomizations that lead nowhere, or back to themselves: kustomize refuses to build them. Nothing is stopped by it, as the file may
 * be made by a build, but who shares a base is not known where its overlay names it wrongly.
 */
export function lostReferences(files: readonly LintedFile[], entries: Entries): Advice[] {
  const listing = files.filter(({ facts }) => facts.resources.length > 0);
  if (listing.length === 0) return [];
  const there = new There(entries);
  const graph = new Map<string, Use[]>();
  const advice: Advice[] = [];
  for (const { path: file, facts } of listing) {
    const folder = folderOf(file);
    const uses: Use[] = [];
    for (const { path, line, column } of facts.resources) {
      const resolved = resolveReference(folder, path);
      if (typeof resolved === 'string' || path.includes('\n')) continue;
      const place = { file, line, column };
      const target = there.kustomization(resolved.path);
      if (target !== undefined) uses.push({ folder: target, place });
      else if (!there.has(resolved.path) && !isHost(path))
        advice.push(lost(place, path, resolved.path, advice.length < mostHints ? there : undefined));
    }
    graph.set(folder, [...(graph.get(folder) ?? []), ...uses]);
  }
  return [...advice, ...circles(graph)];
}

interface Use {
  /** Of the kustomization that is used. */
  readonly folder: string;
  readonly place: Place;
}

/** What is in the tree. */
class There {
  readonly paths: ReadonlySet<string>;
  readonly #links: ReadonlySet<string>;
  readonly #folders = new Map<string, Set<string>>();
  readonly #kustomized = new Set<string>();

  constructor(entries: Entries) {
    this.paths = new Set(entries.map(({ path }) => path));
    const links = entries.filter(({ mode }) => mode === 'symlink' || mode === 'submodule');
    this.#links = new Set(links.map(({ path }) => path));
    for (const { path } of entries) {
      if (/(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/.test(path)) this.#kustomized.add(folderOf(path));
      this.#note(path);
    }
  }

  /** The folder of the kustomization that a path names. */
  kustomization(path: string): string | undefined {
    if (this.#kustomized.has(path)) return path;
    return /(?:^|\/)(?:kustomization\.ya?ml|Kustomization)$/.test(path) && this.paths.has(path)
      ? folderOf(path)
      : undefined;
  }

  /** Whether there is such a file, or where a link leads cannot be told. */
  has(path: string): boolean {
    if (this.paths.has(path)) return true;
    for (let at = path; at !== ''; at = folderOf(at)) if (this.#links.has(at)) return true;
    return false;
  }

  isFolder(path: string): boolean {
    return this.#folders.has(path);
  }

  /** Names of what stands in a folder. */
  names(folder: string): Iterable<string> {
    return this.#folders.get(folder) ?? [];
  }

  #note(path: string): void {
    for (let at = path; at !== ''; at = folderOf(at)) {
      const folder = folderOf(at);
      const names = this.#folders.get(folder);
      const name = at.slice(folder === '' ? 0 : folder.length + 1);
      if (names?.has(name) === true) return;
      if (names === undefined) this.#folders.set(folder, new Set([name]));
      else names.add(name);
    }
  }
}

/** `github.com/org/repo`: an address without a scheme, as nothing of that name is there. */
function isHost(written: string): boolean {
  return /^[\w-]+(?:\.[\w-]+)+\//.test(written);
}

function lost(place: Place, written: string, path: string, there: There | undefined): Advice {
  const above = folderOf(path);
  const name = path.slice(above === '' ? 0 : above.length + 1);
  const names = there === undefined ? [] : [...there.names(above)].slice(0, 1000);
  const why =
    there?.isFolder(path) === true
      ? 'a folder without a kustomization.yaml'
      : `not in the repository${didYouMean(name, names)}`;
  const message = `This kustomization names ${written}, which is ${why}. kustomize builds it only if something else puts it there, and who shares what it names is not known here.`;
  return { code: 'bad-reference', ...place, message };
}

/** The search for the nearest name is dear. */
const mostHints = 100;
/** To show where a circle goes takes time, too. */
const mostCircles = 100;

/** References that close a circle, each once. */
function circles(graph: ReadonlyMap<string, readonly Use[]>): Advice[] {
  const advice: Advice[] = [];
  const state = new Map<string, 'open' | 'done'>();
  for (const start of graph.keys()) {
    if (state.has(start)) continue;
    // The way down, by hand: a chain may be longer than the stack is deep.
    const way: { folder: string; next: number; by: Place | undefined }[] = [];
    const enter = (folder: string, by: Place | undefined): void => {
      state.set(folder, 'open');
      way.push({ folder, next: 0, by });
    };
    enter(start, undefined);
    for (let step = way.at(-1); step !== undefined; step = way.at(-1)) {
      const use = graph.get(step.folder)?.[step.next++];
      if (use === undefined) {
        state.set(step.folder, 'done');
        way.pop();
        continue;
      }
      const known = state.get(use.folder);
      if (known === undefined) enter(use.folder, use.place);
      else if (known === 'open' && advice.length < mostCircles) advice.push(circle(use, way));
    }
  }
  return advice;
}

function circle(
  { folder, place }: Use,
  way: readonly { readonly folder: string; readonly by: Place | undefined }[],
): Advice {
  const from = way.findLastIndex((step) => step.folder === folder);
  const between = way.slice(from + 1).flatMap(({ by }) => by ?? []);
  const shown = between.slice(0, 3).map(formatPlace).join(', ');
  const more = between.length > 3 ? ` and ${between.length - 3} more` : '';
  const through = shown === '' ? 'which is its own folder' : `by way of ${shown}${more}`;
  const message = `This reference leads back to the kustomization in ${folder === '' ? 'the root' : folder}, ${through}: kustomize builds none that is part of itself. Take one of the references out.`;
  return { code: 'bad-reference', ...place, message };
}
