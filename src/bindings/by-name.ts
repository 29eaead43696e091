import { formatPlace } from '../core/position.ts';
import type { Problem } from '../core/problem.ts';
import { isVendored } from '../fields/name-class.ts';
import type { FieldFact } from '../fields/model.ts';
import { parseRepository, type Repository } from '../image/reference.ts';
import type { Policy } from '../policy/model.ts';
import { chartFolders } from './file-problems.ts';
import type { BindOptions, FactedFile } from './model.ts';
import { reachOf, type Reach } from './reach.ts';

/** Binds fields to policies by image name, within the policies' reach (product.md, 2.1). */
export class NameBinder {
  readonly #byRepository: ReadonlyMap<Repository, readonly Reach[]>;
  readonly #local: readonly Reach[];
  readonly #chartFolders: ReadonlySet<string>;

  constructor(files: readonly FactedFile[], policies: readonly Policy[], options: BindOptions) {
    const reaches = policies.map((policy) => reachOf(policy, options));
    this.#byRepository = Map.groupBy(reaches, ({ policy }) => policy.image.repository);
    this.#local = reaches.filter(({ isRoot, policy }) => !isRoot || policy.paths.length > 0);
    this.#chartFolders = chartFolders(files);
  }

  /** Whether fields of a file are never bound by name: it belongs to a chart of somebody else's. */
  isVendored(path: string): boolean {
    return isVendored(path, this.#chartFolders);
  }

  /** The policy whose file is deepest among those that reach the field, or all of that depth. */
  claimants(path: string, field: FieldFact): readonly Policy[] {
    const repository = field.name === undefined ? undefined : parseRepository(field.name)?.repository;
    const reaches = repository === undefined ? undefined : this.#byRepository.get(repository);
    const covering = (reaches ?? []).filter((reach) => reach.covers(path));
    const deepest = covering.reduce((most, { depth }) => Math.max(most, depth), 0);
    return covering.filter(({ depth }) => depth === deepest).map(({ policy }) => policy);
  }

  /** Whether a policy binds by name what is in a file. */
  binds(policy: Policy, path: string): boolean {
    const reaches = this.#byRepository.get(policy.image.repository) ?? [];
    return !this.isVendored(path) && reaches.some((reach) => reach.policy === policy && reach.covers(path));
  }

  /** Whether some policy speaks for the folder that a file is in. */
  isWatched(path: string): boolean {
    return this.#local.some((reach) => reach.covers(path));
  }
}

/** Several policies of one rank at one field: a problem on each, and the field does not move. */
export function ambiguity(file: FactedFile, field: FieldFact, policies: readonly Policy[]): Problem[] {
  const { line, column } = field;
  return policies.map((policy) => {
    const others = policies.filter((other) => other !== policy).slice(0, 3);
    const shown = others.map(({ name, place }) => `${name} (${formatPlace(place)})`).join(', ');
    const message = `The policy ${policy.name} and ${shown} both bind this field by its image name. It does not move until one has a deeper folder, other paths, or a marker names it.`;
    return { code: 'ambiguous-binding', file: file.path, line, column, message, policy: policy.name };
  });
}
