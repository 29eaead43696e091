import type { ObjectReader, Path } from './object-reader.ts';

/** Which objects a selector of Kubernetes takes. */
export interface LabelSelector {
  /** `false`: what is wrong is among the reader's findings, and everything is selected. */
  readonly readable: boolean;
  selects(labels: Readonly<Record<string, string>>): boolean;
}

const operators = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const;

/** Reads `matchLabels` and `matchExpressions`; without either, all objects are selected. */
export function readSelector(reader: ObjectReader, selector: Path): LabelSelector {
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
    readable,
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
