import { append } from '../../core/append.ts';
import type { FieldFact } from '../../fields/model.ts';
import type { KustomizeGraph, KustomizeNode, Override, UseKind } from './graph.ts';
import type { KustomizeReach } from './reach.ts';

/** Who decides a field instead of its own value: entries of `images`, or that it was too much to follow. */
export type Overridden = readonly Override[] | 'unknown';

/** Most steps over all fields of a tree: a tree of thousands of overlays on overlays takes a fraction of it. */
const mostSteps = 2_000_000;

/** An image on its way up: it has passed through `node`, and is called `name` there. */
interface Step {
  readonly node: KustomizeNode;
  readonly name: string;
}

/**
 * Finds fields that `images:` of a kustomization above decides for everyone who applies them (product.md, 4). As in kustomize, an entry changes
 * the images whose name is spelled as its `name`; entries run in order, components before the kustomization that takes them in.
 */
export class KustomizeOverrides {
  readonly #graph: KustomizeGraph;
  readonly #reach: KustomizeReach;
  readonly #names = new Set<string>();
  readonly #byName = new Map<readonly Override[], Map<string, Override[]>>();
  readonly #known = new Map<string, Overridden | undefined>();
  #steps = 0;

  constructor(graph: KustomizeGraph, reach: KustomizeReach) {
    this.#graph = graph;
    this.#reach = reach;
    for (const { images, deployers } of graph.nodes) {
      for (const { name } of images) this.#names.add(name);
      for (const deployer of deployers) for (const { name } of deployer.images) this.#names.add(name);
    }
  }

  /** `undefined` where the value of the field is deployed for somebody, or for nobody known. */
  of(path: string, field: FieldFact): Overridden | undefined {
    const { name } = field;
    if (name === undefined || !this.#names.has(name)) return undefined;
    const node = field.kind === 'kustomize' ? this.#graph.nodeOf(path) : undefined;
    const isObject = field.kind === 'container' && taken.test(field.pointer);
    if (node === undefined && !isObject) return undefined;
    const key = `${path}\n${name}`;
    if (!this.#known.has(key)) this.#known.set(key, this.#find(path, name, node));
    return this.#known.get(key);
  }

  #find(path: string, name: string, node: KustomizeNode | undefined): Overridden | undefined {
    const found = new Set<Override>();
    const open: Step[] = [];
    if (node !== undefined) open.push({ node, name });
    else
      for (const { by, as } of this.#graph.usersOf(path))
        append(open, this.#through(by, as, undefined, name, found));
    const seen = new Set<string>();
    for (let step = open.pop(); step !== undefined; step = open.pop()) {
      const key = `${step.node.file}\n${step.name}`;
      if (seen.has(key)) continue;
      seen.add(key);
      if (this.#steps > mostSteps) return 'unknown';
      if (this.#isDeployed(step, found)) return undefined;
      for (const { by, as } of step.node.usedBy)
        append(open, this.#through(by, as, step.node, step.name, found));
    }
    return found.size === 0 ? undefined : [...found].sort(byPlace);
  }

  /** What is left of an image after a kustomization that uses it: nothing where an entry of it decides. */
  #through(
    by: KustomizeNode,
    as: UseKind,
    from: KustomizeNode | undefined,
    name: string,
    found: Set<Override>,
  ): Step[] {
    if (!this.#reach.isApplied(by)) return [];
    let now = name;
    const lists = as === 'data' ? [] : as === 'patch' ? [by.images] : this.#lists(by, as, from);
    for (const images of lists) {
      const result = this.#apply(images, now);
      if (typeof result !== 'string') {
        found.add(result);
        return [];
      }
      now = result;
    }
    return [{ node: by, name: now }];
  }

  /** The lists of `images` that a kustomization runs over what it takes in, in order. A component does not change what comes before it. */
  #lists(by: KustomizeNode, as: UseKind, from: KustomizeNode | undefined): (readonly Override[])[] {
    if (by.components.length === 0) return [by.images];
    const first = as === 'component' && from !== undefined ? by.components.indexOf(from) + 1 : 0;
    const lists: (readonly Override[])[] = [];
    const seen = new Set<KustomizeNode>([by]);
    const open: { node: KustomizeNode; next: number }[] = [{ node: by, next: first }];
    for (let step = open.at(-1); step !== undefined; step = open.at(-1)) {
      this.#steps++;
      const component = step.node.components[step.next++];
      if (component === undefined) {
        lists.push(step.node.images);
        open.pop();
      } else if (!seen.has(component)) {
        seen.add(component);
        open.push({ node: component, next: 0 });
      }
    }
    return lists;
  }

  #isDeployed({ node, name }: Step, found: Set<Override>): boolean {
    const { deployers, usedBy, isComponent } = node;
    if (deployers.length === 0) return usedBy.length === 0 && !isComponent;
    return deployers.some(({ images }) => {
      const result = this.#apply(images, name);
      if (typeof result !== 'string') found.add(result);
      return typeof result === 'string';
    });
  }

  /** The entry that decides the image's version, or the name that it has afterwards. */
  #apply(images: readonly Override[], name: string): Override | string {
    this.#steps++;
    if (images.length === 0) return name;
    const byName = this.#indexed(images);
    let now = name;
    let after = -1;
    for (;;) {
      const entry = firstAfter(byName.get(now) ?? [], after);
      this.#steps++;
      if (entry === undefined) return now;
      if (entry.setsVersion) return entry;
      now = entry.newName ?? now;
      after = entry.index;
    }
  }

  #indexed(images: readonly Override[]): Map<string, Override[]> {
    const known = this.#byName.get(images) ?? Map.groupBy(images, ({ name }) => name);
    this.#byName.set(images, known);
    return known;
  }
}

/** The first of the entries, which are in order, that stands after a place in the list. */
function firstAfter(entries: readonly Override[], place: number): Override | undefined {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle]?.index ?? 0) <= place) low = middle + 1;
    else high = middle;
  }
  return entries[low];
}

/** Where kustomize's `images` look: not at ephemeral containers, nor at the steps of Tekton. */
const taken = /\/(?:containers|initContainers)\/\d+\/image$|\/volumes\/\d+\/image\/reference$/;

function byPlace(a: Override, b: Override): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line;
}
