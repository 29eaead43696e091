import type { Problem, ProblemCode } from '../../core/problem.ts';
import type { FluxDocument } from '../../fields/model.ts';
import { toProblem, type Finding } from '../../policy/document/finding.ts';
import type { SourceObject } from '../model.ts';
import { ObjectReader } from '../object-reader.ts';

/** One object of Flux 2 with where it stands. */
export interface FluxObject {
  readonly document: FluxDocument;
  readonly file: string;
  readonly source: SourceObject;
  readonly reader: ObjectReader;
  /** From the file, else from the kustomizations that apply it; `undefined`: not known. */
  readonly namespace: string | undefined;
  /** `namespace:name`, or the name alone. */
  readonly fullName: string;
  readonly labels: Readonly<Record<string, string>>;
}

const versions = ['v1', 'v1beta2', 'v1beta1'];

/** @param namespaces those that kustomizations give, where the file gives none */
export function fluxObject(
  document: FluxDocument,
  file: string,
  namespaces: ReadonlySet<string>,
): FluxObject {
  const { apiVersion, kind, name, pointer, line, column } = document;
  const reader = new ObjectReader(document.value);
  reader.keys([], ['apiVersion', 'kind', 'metadata', 'spec', 'status']);
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  if (!versions.includes(version)) {
    const message = `apiVersion is ${apiVersion}; expected image.toolkit.fluxcd.io/${versions.join(', ')}`;
    reader.findings.push({ path: ['apiVersion'], message });
  }
  const own = reader.text(['metadata', 'namespace']);
  const [given] = namespaces.size === 1 ? namespaces : [];
  const namespace = own ?? given;
  reader.requiredText(['metadata', 'name']);
  return {
    document,
    file,
    source: {
      file,
      line,
      column,
      document: document.document,
      pointer,
      apiVersion,
      kind,
      name,
      namespace: own,
    },
    reader,
    namespace,
    fullName: namespace === undefined ? name : `${namespace}:${name}`,
    labels: reader.textMap(['metadata', 'labels']) ?? {},
  };
}

export function problemAt(object: FluxObject, code: ProblemCode, finding: Finding): Problem {
  const message = `The ${object.document.kind} ${object.fullName} of Flux: ${finding.message}.`;
  return toProblem({ ...finding, message }, code, object.document, object.file, object.fullName);
}

/** Everything that its reader found, as problems `bad-policy`. */
export function shapeProblems(object: FluxObject): Problem[] {
  return object.reader.findings.map((finding) => problemAt(object, 'bad-policy', finding));
}
