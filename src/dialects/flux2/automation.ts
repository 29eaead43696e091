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
const operators = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const;

/**
 * Reads an ImageUpdateAutomation. A selector that cannot be read selects everything, and so does the automation then: what it may write is
 * left to it.
 */
export function readAutomation(object: FluxObject): FluxAutomation {
  const { reader } = object;
  reader.keys(['spec'], keys);
  reader.keys(['spec', 'update'], ['path', 'strategy']);
  const path = reader.text(['spec', 'update', 'path']) ?? '';
  const selector = ['spec', 'policySelector'];
  reader.keys(selector, ['matchLabels', 'matchExpressions']);
  const before = reader.findings.length;
  const labels = Object.entries(reader.textMap([...selector, 'matchLabels']) ?? {});
  const expressions = reader.items([...selector, 'matchExpressions']).map((at) => {
    reader.keys(at, ['key', 'operator', 'values']);
    return {
      key: reader.requiredText([...at, 'key']) ?? '',
      operator: reader.oneOf([...at, 'operator'], operators) ?? 'In',
      values: reader.texts([...at, 'values']) ?? [],
    };
  });
  const readable = reader.findings.length === before;
  return {
    object,
    suspended: reader.flag(['spec', 'suspend']) ?? false,
    path: path.replace(/^(?:\.?\/+|\.$)/, '').replace(/\/+$/, ''),
    selects: (own) =>
      !readable ||
      (labels.every(([key, value]) => valueOf(own, key) === value) &&
        expressions.every(({ key, operator, values }) => holds(operator, valueOf(own, key), values))),
  };
}

function valueOf(labels: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

/** As Kubernetes selects: `NotIn` also takes what has no such label. */
function holds(
  operator: (typeof operators)[number],
  value: string | undefined,
  values: readonly string[],
): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return operator satisfies never;
  }
}
