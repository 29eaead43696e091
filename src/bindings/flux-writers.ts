import { formatPlace, type Place } from '../core/position.ts';
import type { Problem } from '../core/problem.ts';
import type { Policy } from '../policy/model.ts';
import type { FactedFile } from './model.ts';

export interface FluxWriter {
  readonly name: string;
  readonly place: Place;
  /** Folder or file that it writes, without `./` and final `/`; empty: everything. */
  readonly path: string;
}

/** The Flux 2 automations of a tree: two writers of one field would undo each other's commits (product.md, 2.4). */
export class FluxWriters {
  readonly #writers: readonly FluxWriter[];

  constructor(files: readonly FactedFile[]) {
    this.#writers = files.flatMap(({ path: file, facts }) =>
      facts.automations.map(({ name, path, line, column }) => ({
        name,
        place: { file, line, column },
        path: path.replace(/^(?:\.?\/+|\.$)/, '').replace(/\/+$/, ''),
      })),
    );
  }

  /** The automation that writes the fields marked for Flux in a file. */
  of(file: string): FluxWriter | undefined {
    return this.#writers.find(({ path }) => path === '' || path === file || file.startsWith(`${path}/`));
  }
}

/** A field that a policy of ours and an automation of Flux both want. */
export function otherWriter(policy: Policy, writer: FluxWriter, { file, line, column }: Place): Problem {
  const message =
    `The ImageUpdateAutomation ${writer.name} (${formatPlace(writer.place)}) writes this field, so the policy ${policy.name} does not. ` +
    'Suspend the automation, or take the Flux 2 marker away.';
  return { code: 'other-writer', file, line, column, message, policy: policy.name };
}
