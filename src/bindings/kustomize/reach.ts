import type { KustomizeGraph, KustomizeNode } from './graph.ts';

/** An environment of `tallyman.yaml`, or the folder of a kustomization that is applied and that none covers. */
export interface ReachedBy {
  readonly name: string;
  readonly isNamed: boolean;
}

/** The name of the environment of `tallyman.yaml` that covers a file. */
export type EnvironmentOf = (file: string) => string | undefined;

/** At most so many are told apart; more than one is all that decides. */
const most = 8;

/**
 * Which environments a file of a kustomization reaches (product.md, 4). What is applied has the environment that covers its folder, else those
 * that cover the Flux or Argo CD objects that apply it; where there is none, each folder that is applied counts as one of its own. A kustomization on the way
 * that an environment covers says so for what no environment covers above it.
 */
export class KustomizeReach {
  readonly #graph: KustomizeGraph;
  readonly #environmentOf: EnvironmentOf;
  readonly #reached = new Map<KustomizeNode, Map<string, ReachedBy>>();
  readonly #known = new Map<string, ReachedBy>();
  /** Each field of a file asks. */
  readonly #byPath = new Map<string, readonly ReachedBy[]>();

  constructor(graph: KustomizeGraph, environmentOf: EnvironmentOf) {
    this.#graph = graph;
    this.#environmentOf = environmentOf;
    const own = new Map<KustomizeNode, string | undefined>();
    const open: KustomizeNode[] = [];
    for (const node of graph.nodes) {
      own.set(node, environmentOf(node.file));
      if (this.#take(node, this.#applied(node, own.get(node)), own.get(node))) open.push(node);
    }
    // A kustomization is looked at again for each environment that is new to it, so for eight at most.
    for (const node of open) {
      const reached = [...(this.#reached.get(node)?.values() ?? [])];
      for (const use of node.uses) if (this.#take(use.node, reached, own.get(use.node))) open.push(use.node);
    }
  }

  /** Whether somebody applies a kustomization. Not so one that only its own circle uses. */
  isApplied(node: KustomizeNode): boolean {
    return (this.#reached.get(node)?.size ?? 0) > 0;
  }

  /** Sorted by name; empty where no kustomization and no synchronizer's object applies the file. At most eight. */
  of(path: string): readonly ReachedBy[] {
    const known = this.#byPath.get(path);
    if (known !== undefined) return known;
    const found = this.#find(path);
    this.#byPath.set(path, found);
    return found;
  }

  #find(path: string): readonly ReachedBy[] {
    const node = this.#graph.nodeOf(path);
    const nodes = node === undefined ? this.#graph.usersOf(path).map(({ by }) => by) : [node];
    if (nodes.length === 0) return [];
    const reached = new Map<string, ReachedBy>();
    const own = this.#environmentOf(path);
    for (const one of nodes) {
      this.#merge(reached, this.#reached.get(one)?.values() ?? [], own);
      if (reached.size === most) break;
    }
    return [...reached.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** What a node is applied as, by itself: nobody uses it, or a synchronizer's object names it. */
  #applied({ folder, usedBy, isComponent, deployers }: KustomizeNode, own: string | undefined): ReachedBy[] {
    if (deployers.length === 0 && (usedBy.length > 0 || isComponent)) return [];
    if (own !== undefined) return [{ name: own, isNamed: true }];
    const named = new Set(deployers.flatMap(({ file }) => this.#environmentOf(file) ?? []));
    const isCovered =
      named.size > 0 && deployers.every(({ file }) => this.#environmentOf(file) !== undefined);
    const names = [...named].map((name) => ({ name, isNamed: true }));
    return isCovered ? names : [...names, { name: folder === '' ? '.' : folder, isNamed: false }];
  }

  #take(node: KustomizeNode, reached: Iterable<ReachedBy>, own: string | undefined): boolean {
    const mine = this.#reached.get(node) ?? new Map<string, ReachedBy>();
    this.#reached.set(node, mine);
    return this.#merge(mine, reached, own);
  }

  #merge(into: Map<string, ReachedBy>, reached: Iterable<ReachedBy>, own: string | undefined): boolean {
    const before = into.size;
    for (const one of reached) {
      if (into.size === most) break;
      const { name, isNamed } = one.isNamed || own === undefined ? one : { name: own, isNamed: true };
      const key = `${isNamed ? 'named' : 'folder'} ${name}`;
      const known = this.#known.get(key) ?? { name, isNamed };
      this.#known.set(key, known);
      into.set(key, known);
    }
    return into.size > before;
  }
}
