import { readSelector } from '../label-selector.ts';
import type { FluxObject } from './object.ts';

/** What an ImageUpdateAutomation of Flux 2 writes. */
export interface FluxAutomation {
  readonly object: FluxObject;
  readonly suspended: boolean;
  /** `spec.update.path` without `./` and final `/`; empty: the whole repository. */
  readonly path: string;
  /** Whether it applies a policy with these labels. */
  selects(labels: Readonly<Record<string, string>>): boolean;
}

const keys = ['sourceRef', 'git', 'interval', 'policySelector', 'update', 'suspend'];
/**
 * Reads an ImageUpdateAutomation. A selector that cannot be read selects everything, and so does the automation then: what it may write is
 * left to it.
 */
export function readAutomation(object: FluxObject): FluxAutomation {
  const { reader } = object;
  reader.keys(['spec'], keys);
  reader.keys(['spec', 'update'], ['path', 'strategy']);
  const path = reader.text(['spec', 'update', 'path']) ?? '';
  const selector = readSelector(reader, ['spec', 'policySelector']);
  return {
    object,
    suspended: reader.flag(['spec', 'suspend']) ?? false,
    path: path.replace(/^(?:\.?\/+|\.$)/, '').replace(/\/+$/, ''),
    selects: (labels) => selector.selects(labels),
  };
}
