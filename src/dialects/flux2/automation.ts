import { readSelector } from '../label-selector.ts';
import type { FluxObject } from './object.ts';

/** What an ImageUpdateAutomation of Flux 2 writes. */
export interface FluxAutomation {
  readonly object: FluxObject;
  readonly suspended: boolean;
  /** `spec.update.path` without `./` and final `/`; empty: the whole repository. */
  readonly path: string;
  /** Keys of `spec.git` that are in use: what is committed how and where stands in `tallyman.yaml` here. */
  readonly settings: readonly string[];
  /** Whether it applies a policy with these labels. */
  selects(labels: Readonly<Record<string, string>>): boolean;
}

const keys = ['sourceRef', 'git', 'interval', 'policySelector', 'update', 'suspend'];
const gitKeys: Readonly<Record<string, readonly string[]>> = {
  checkout: ['ref'],
  commit: ['author', 'signingKey', 'messageTemplate', 'messageTemplateValues'],
  push: ['branch', 'refspec', 'options'],
};

/**
 * Reads an ImageUpdateAutomation. A selector that cannot be read selects everything, and so does the automation then: what it may write is
 * left to it.
 */
export function readAutomation(object: FluxObject): FluxAutomation {
  const { reader } = object;
  reader.keys(['spec'], keys);
  reader.keys(['spec', 'update'], ['path', 'strategy']);
  reader.oneOf(['spec', 'update', 'strategy'], ['Setters']);
  reader.keys(['spec', 'git'], Object.keys(gitKeys));
  for (const [key, known] of Object.entries(gitKeys)) reader.keys(['spec', 'git', key], known);
  const path = reader.text(['spec', 'update', 'path']) ?? '';
  const selector = readSelector(reader, ['spec', 'policySelector']);
  return {
    object,
    suspended: reader.flag(['spec', 'suspend']) ?? false,
    settings: Object.entries(gitKeys).flatMap(([key, known]) =>
      known.filter((one) => reader.has(['spec', 'git', key, one])).map((one) => `${key}.${one}`),
    ),
    path: path.replace(/^(?:\.?\/+|\.$)/, '').replace(/\/+$/, ''),
    selects: (labels) => selector.selects(labels),
  };
}
