import { formatPlace, type Place } from '../../core/position.ts';
import type { Problem } from '../../core/problem.ts';
import type { Flux2 } from '../../dialects/flux2/read.ts';
import type { Policy } from '../../policy/model.ts';
import type { FluxPolicies } from './policies.ts';

export interface FluxWriter {
  readonly name: string;
  readonly place: Place;
}

/**
 * The Flux 2 automations of a tree that are at work: two writers of one field would undo each other's commits (product.md, 2.4). Each
 * applies the policies of its own namespace that its selector takes, below its update path. What a file does not tell counts for the automation.
 */
export class FluxWriters {
  readonly #automations: Flux2['automations'];
  readonly #policies: FluxPolicies;

  constructor(flux: Flux2, policies: FluxPolicies) {
    this.#automations = flux.automations.filter(({ suspended }) => !suspended);
    this.#policies = policies;
  }

  /** The automation that writes what a Flux 2 marker (`namespace:name`) marks in a file. */
  of(file: string, marker: string): FluxWriter | undefined {
    if (this.#automations.length === 0) return undefined;
    const namespace = marker.slice(0, marker.indexOf(':'));
    const labels = this.#policies.labels(marker);
    const found = this.#automations.find(
      (one) =>
        (one.path === '' || one.path === file || file.startsWith(`${one.path}/`)) &&
        (one.object.namespace === undefined || one.object.namespace === namespace) &&
        (labels === undefined || one.selects(labels)),
    );
    return found && { name: found.object.document.name, place: found.object.source };
  }
}

/** A field that a policy and an automation of Flux both want. */
export function otherWriter(policy: Policy, writer: FluxWriter, { file, line, column }: Place): Problem {
  const message =
    `The ImageUpdateAutomation ${writer.name} (${formatPlace(writer.place)}) writes this field, so the policy ${policy.name} does not. ` +
    'Suspend the automation, or take the Flux 2 marker away.';
  return { code: 'other-writer', file, line, column, message, policy: policy.name };
}
