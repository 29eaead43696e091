import { append } from '../../core/append.ts';
import { didYouMean } from '../../core/nearest.ts';
import type { Problem } from '../../core/problem.ts';
import { formatPlace } from '../../core/position.ts';
import type { RepositoryName } from '../../image/reference.ts';
import type { ForeignPolicy } from '../model.ts';
import { readAutomation, type FluxAutomation } from './automation.ts';
import { readImagePolicy, type FindRepository } from './image-policy.ts';
import { readImageRepository, type FluxRepository } from './image-repository.ts';
import { Kustomize, type FluxFile } from './kustomize.ts';
import { fluxObject, shapeProblems, type FluxObject } from './object.ts';

/** The image automation objects of Flux 2 in a tree. */
export interface Flux2 {
  readonly policies: readonly ForeignPolicy[];
  /** Labels of the ImagePolicy objects, by place in `policies`. */
  readonly labels: ReadonlyMap<ForeignPolicy, Readonly<Record<string, string>>>;
  readonly repositories: readonly FluxRepository[];
  readonly automations: readonly FluxAutomation[];
  /** What is wrong with ImageRepository and ImageUpdateAutomation objects; policies have their own. */
  readonly problems: readonly Problem[];
}

export interface Flux2Options {
  /** The image of policies whose ImageRepository is not there: offline, a policy can elect without one. */
  readonly standIn?: RepositoryName;
}

/**
 * Reads the image automation objects of Flux 2 (product.md, 2.4). Namespaces come from the file, else from the kustomizations that apply it.
 * Objects that a kustomization patches are incomplete: a problem, and no policy.
 */
export function readFlux2(files: readonly FluxFile[], options: Flux2Options = {}): Flux2 {
  const kustomize = new Kustomize(files);
  const objects = files.flatMap(({ path, facts }) =>
    kustomize.isPatch(path)
      ? []
      : facts.flux.map((document) => fluxObject(document, path, kustomize.namespaces(path))),
  );
  const problems: Problem[] = [];
  const incomplete = new Set<FluxObject>();
  for (const object of objects) markPatched(object, kustomize, incomplete);
  const ofKind = (kind: FluxObject['document']['kind']): FluxObject[] =>
    objects.filter(({ document }) => document.kind === kind);
  const repositories = ofKind('ImageRepository').map((object) => readImageRepository(object));
  const automations = ofKind('ImageUpdateAutomation').map((object) => readAutomation(object));
  for (const { object } of [...repositories, ...automations]) append(problems, shapeProblems(object));
  const find = finder(repositories);
  const labels = new Map<ForeignPolicy, Readonly<Record<string, string>>>();
  const policies = ofKind('ImagePolicy').map((object) => {
    const policy = readImagePolicy(object, find, options.standIn);
    labels.set(policy, object.labels);
    return policy;
  });
  return {
    policies,
    labels,
    repositories,
    // A patch may end the suspension.
    automations: automations.map((one) => (incomplete.has(one.object) ? { ...one, suspended: false } : one)),
    problems,
  };
}

/** What the file says is not all: the finding keeps the object from being used. */
function markPatched(object: FluxObject, kustomize: Kustomize, incomplete: Set<FluxObject>): void {
  const { document, file } = object;
  const by = kustomize.patched(file, document.kind, document.name);
  if (by === undefined) return;
  incomplete.add(object);
  const message = `incomplete (patched by ${by}), and patches are not applied here; put the values into the object itself`;
  object.reader.findings.push({ path: ['metadata', 'name'], message });
}

/** By namespace and name; where a namespace is not known, by a name that only one has. */
function finder(repositories: readonly FluxRepository[]): FindRepository {
  const byName = Map.groupBy(repositories, ({ object }) => object.document.name);
  return (name, namespace) => {
    const named = byName.get(name) ?? [];
    const exact = named.filter(({ object }) => object.namespace === namespace);
    const open = named.filter(({ object }) => namespace === undefined || object.namespace === undefined);
    const found = exact.length > 0 ? exact : open.length > 0 ? named : [];
    const [only] = found;
    const wanted = namespace === undefined ? name : `${namespace}:${name}`;
    if (only === undefined) {
      const near = didYouMean(
        wanted,
        repositories.map(({ object }) => object.fullName),
      );
      return { missing: `there is no ImageRepository ${wanted} here${near}` };
    }
    if (found.length === 1) return only;
    const places = found
      .slice(0, 3)
      .map(({ object }) => formatPlace(object.source))
      .join(', ');
    return { missing: `several ImageRepository objects are ${wanted}: ${places}` };
  };
}
