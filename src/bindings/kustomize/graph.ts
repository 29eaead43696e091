import { append } from '../../core/append.ts';
import type { Place } from '../../core/position.ts';
import type { Problem } from '../../core/problem.ts';
import type { KustomizationFact, OverrideFact, ReferenceFact } from '../../fields/model.ts';
import { nameClass } from '../../fields/name-class.ts';
import { folderOf, resolveReference } from './path.ts';
import type { FactedFile } from '../model.ts';

/** How a kustomization uses a file or another kustomization. `data` goes into generated objects and is not read as an object. */
export type UseKind = 'resource' | 'component' | 'patch' | 'data';

export interface Use {
  readonly by: KustomizeNode;
  readonly as: UseKind;
}

/** An entry of `images` with the file that it is in. */
export interface Override extends OverrideFact {
  readonly file: string;
}

/** An object that makes a synchronizer apply a folder. */
export interface Deployer {
  readonly file: string;
  readonly images: readonly Override[];
}

/** A folder with a kustomization, or one that a synchronizer applies as it is. */
export interface KustomizeNode {
  readonly folder: string;
  /** The kustomization's file; of a folder without one, where it would be. */
  readonly file: string;
  readonly isComponent: boolean;
  readonly images: readonly Override[];
  readonly uses: readonly { readonly node: KustomizeNode; readonly as: UseKind; readonly place: Place }[];
  readonly usedBy: readonly Use[];
  readonly components: readonly KustomizeNode[];
  readonly deployers: readonly Deployer[];
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] extends readonly (infer Item)[] ? Item[] : T[Key] };
type OpenNode = Writable<KustomizeNode> & { plain?: 'folder' | 'below' };

/**
 * The kustomizations of a tree, joined by their references (product.md, 4): resources, bases, components, patches, and the folders that Flux and
 * Argo CD apply. Read as text, nothing is rendered; linear in the references. References to what is not in the tree lead nowhere.
 */
export class KustomizeGraph {
  readonly nodes: readonly KustomizeNode[];
  readonly problems: readonly Problem[];
  /** Folders with a kustomization. */
  readonly #kustomized = new Map<string, OpenNode>();
  /** Folders that are applied as they are. */
  readonly #plain = new Map<string, OpenNode>();
  readonly #uses = new Map<string, Use[]>();

  constructor(files: readonly FactedFile[]) {
    const problems: Problem[] = [];
    this.problems = problems;
    const facts = files.flatMap(({ path, facts: { kustomizations } }) =>
      kustomizations.map((fact) => ({ path, fact })),
    );
    for (const { path, fact } of facts) if (fact.from === 'folder') this.#add(path, fact);
    if (facts.length > 0) {
      const charts = new Set(files.flatMap(({ path }) => (isChart(path) ? [folderOf(path)] : [])));
      for (const { path, fact } of facts)
        if (fact.from === 'root') this.#deploy(path, fact, charts, problems);
      for (const { path, fact } of facts) if (fact.from === 'folder') this.#join(path, fact, problems);
    }
    this.#takeIn();
    this.nodes = [...this.#kustomized.values(), ...this.#plain.values()];
  }

  /** The kustomization that a file is, if it is one. */
  nodeOf(path: string): KustomizeNode | undefined {
    return nameClass(path) === 'kustomization' ? this.#kustomized.get(folderOf(path)) : undefined;
  }

  /** What applies a file that is no kustomization itself. */
  usersOf(path: string): readonly Use[] {
    if (this.nodes.length === 0) return [];
    const users = this.#uses.get(path) ?? [];
    const plain = this.#plain.size === 0 ? [] : this.#plainAbove(folderOf(path));
    return plain.length === 0 ? users : [...users, ...plain.map((by) => ({ by, as: 'resource' as const }))];
  }

  /** A folder may have a `kustomization.yaml` and a `Kustomization`; kustomize refuses that, and here they are one. */
  #add(path: string, fact: KustomizationFact): void {
    const folder = folderOf(path);
    const node = this.#kustomized.get(folder) ?? openNode(folder, path, fact.isComponent);
    append(
      node.images,
      fact.images.map((image) => ({ ...image, file: path })),
    );
    this.#kustomized.set(folder, node);
  }

  #deploy(path: string, fact: KustomizationFact, charts: ReadonlySet<string>, problems: Problem[]): void {
    const { deploys, images } = fact;
    const [reference] = fact.references;
    if (deploys === undefined || reference === undefined) return;
    // Both take the path from the root of the repository, with or without a slash before it.
    const resolved = resolveReference('', reference.path.replace(/^\/+/, ''));
    if (resolved === 'outside') problems.push(outside(path, reference, deploys.object));
    if (typeof resolved === 'string' || (deploys.by === 'argocd' && charts.has(resolved.path))) return;
    const folder = resolved.path;
    const node =
      this.#kustomized.get(folder) ?? this.#plain.get(folder) ?? openNode(folder, undefined, false);
    if (!this.#kustomized.has(folder)) {
      if (deploys.recurses) node.plain = 'below';
      node.plain ??= 'folder';
      this.#plain.set(folder, node);
    }
    node.deployers.push({ file: path, images: images.map((image) => ({ ...image, file: path })) });
    for (const component of fact.components) this.#use(node, folder, path, component, 'component', problems);
  }

  #join(path: string, fact: KustomizationFact, problems: Problem[]): void {
    const folder = folderOf(path);
    const node = this.#kustomized.get(folder);
    if (node === undefined) return;
    const patches = fact.patches.flatMap(({ path: file, ...at }) =>
      file === undefined ? [] : [{ ...at, path: file }],
    );
    const all = { resource: fact.references, component: fact.components, patch: patches, data: fact.data };
    for (const [as, references] of Object.entries(all) as [UseKind, readonly ReferenceFact[]][])
      for (const reference of references) this.#use(node, folder, path, reference, as, problems);
  }

  #use(
    by: OpenNode,
    folder: string,
    file: string,
    reference: ReferenceFact,
    as: UseKind,
    problems: Problem[],
  ): void {
    const resolved = resolveReference(folder, reference.path);
    if (resolved === 'outside') problems.push(outside(file, reference, 'kustomization'));
    if (typeof resolved === 'string') return;
    const { path } = resolved;
    const used =
      this.#kustomized.get(path) ??
      (nameClass(path) === 'kustomization' ? this.#kustomized.get(folderOf(path)) : undefined);
    if (used !== undefined) link(by, used, as, { file, line: reference.line, column: reference.column });
    else {
      const users = this.#uses.get(path);
      if (users === undefined) this.#uses.set(path, [{ by, as }]);
      else users.push({ by, as });
    }
  }

  /** A folder that is applied as it is takes in the kustomizations below it. */
  #takeIn(): void {
    if (this.#plain.size === 0) return;
    for (const node of this.#kustomized.values()) {
      if (node.folder === '') continue;
      for (const plain of this.#plainAbove(folderOf(node.folder)))
        if (plain.plain === 'below') link(plain, node, 'resource', { file: node.file, line: 1, column: 1 });
    }
  }

  /** From a folder up to the first one with a kustomization: from there on it decides. */
  #plainAbove(folder: string): OpenNode[] {
    const found: OpenNode[] = [];
    for (let at = folder; !this.#kustomized.has(at); at = folderOf(at)) {
      const plain = this.#plain.get(at);
      if (plain !== undefined && (plain.plain === 'below' || at === folder)) found.push(plain);
      if (at === '') break;
    }
    return found;
  }
}

function openNode(folder: string, file: string | undefined, isComponent: boolean): OpenNode {
  const known = file ?? (folder === '' ? 'kustomization.yaml' : `${folder}/kustomization.yaml`);
  const lists = { images: [], uses: [], usedBy: [], components: [], deployers: [] };
  return { folder, file: known, isComponent, ...lists };
}

function link(by: OpenNode, node: OpenNode, as: UseKind, place: Place): void {
  by.uses.push({ node, as, place });
  node.usedBy.push({ by, as });
  if (as === 'component') by.components.push(node);
}

function outside(file: string, { path, line, column }: ReferenceFact, by: string): Problem {
  const message = `This ${by} names ${path}, which is outside the repository. It is not followed; name a path within it, or an address.`;
  return { code: 'bad-reference', file, line, column, message };
}

function isChart(path: string): boolean {
  return path === 'Chart.yaml' || path.endsWith('/Chart.yaml');
}
