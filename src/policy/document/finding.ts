import type { Position } from '../../core/position.ts';
import type { Problem, ProblemCode } from '../../core/problem.ts';
import type { PolicyDocument } from './document.ts';

/** Something wrong at a place of a policy document; its position is found later. */
export interface Finding {
  /** Keys and indexes from the document's root. */
  readonly path: readonly (string | number)[];
  /** Whether the key is meant, not its value. */
  readonly onKey?: boolean;
  readonly message: string;
}

/** The finding as a problem at file:line:column; where the place itself is not written, at the nearest place above it. */
export function toProblem(
  finding: Finding,
  code: ProblemCode,
  document: PolicyDocument,
  file: string,
  policy: string | undefined,
): Problem {
  const { line, column } = positionOf(document, finding);
  return {
    code,
    message: finding.message,
    file,
    line,
    column,
    ...(policy === undefined ? {} : { policy }),
  };
}

/** Where a value of a policy document stands; where it is not written, the nearest place above it. */
export function positionOf(
  document: PolicyDocument,
  { path, onKey }: Pick<Finding, 'path' | 'onKey'>,
): Position {
  for (let length = path.length; length >= 0; length--) {
    const pointer = pointerOf(path.slice(0, length));
    const key = positionAt(document, `${pointer}#key`);
    const value = positionAt(document, pointer);
    const found = onKey === true || length < path.length ? (key ?? value) : (value ?? key);
    if (found !== undefined) return found;
  }
  return { line: document.line, column: document.column };
}

function positionAt({ positions }: PolicyDocument, pointer: string) {
  return Object.hasOwn(positions, pointer) ? positions[pointer] : undefined;
}

function pointerOf(path: readonly (string | number)[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** `spec.exclude[0]`, as people write it. */
export function formatPath(path: readonly (string | number)[]): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('');
}
