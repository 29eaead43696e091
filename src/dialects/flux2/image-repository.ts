import { parseRepository, type RepositoryName } from '../../image/reference.ts';
import { compilePattern } from '../../policy/patterns/pattern.ts';
import type { FluxObject } from './object.ts';

/** What a policy takes from the ImageRepository that it names. */
export interface FluxRepository {
  readonly object: FluxObject;
  /** `undefined` where something in it is wrong; the object's findings say what. */
  readonly image: RepositoryName | undefined;
  /** RE2, not anchored. */
  readonly exclusions: readonly string[];
  readonly suspended: boolean;
  /** Keys of `spec` that say how the registry is reached, which stands in `tallyman.yaml` here. */
  readonly settings: readonly string[];
  /** Whether policies of a namespace may use it, as far as the files tell; `undefined`: they do not tell. */
  admits(namespace: string | undefined): boolean | undefined;
}

/** Where `exclusionList` is absent or empty. Setting it replaces this. */
export const defaultExclusions: readonly string[] = ['^.*\\.sig$'];

const keys = [
  'image',
  'interval',
  'timeout',
  'secretRef',
  'serviceAccountName',
  'certSecretRef',
  'proxySecretRef',
  'insecure',
  'provider',
  'exclusionList',
  'accessFrom',
  'suspend',
];
const secrets = ['secretRef', 'certSecretRef', 'proxySecretRef'];
/** How the registry is reached: in `tallyman.yaml` here. */
const settings = ['timeout', 'serviceAccountName', 'insecure', 'provider', ...secrets];
const mostExclusions = 25;

export function readImageRepository(object: FluxObject): FluxRepository {
  const { reader } = object;
  reader.keys(['spec'], keys);
  for (const key of ['interval', 'timeout', 'serviceAccountName']) reader.text(['spec', key]);
  reader.flag(['spec', 'insecure']);
  reader.oneOf(['spec', 'provider'], ['generic', 'aws', 'azure', 'gcp']);
  for (const key of secrets) reader.keys(['spec', key], ['name']);
  const image = imageOf(object);
  const list = reader.texts(['spec', 'exclusionList']) ?? [];
  for (const [index, pattern] of list.entries()) {
    const compiled = compilePattern(pattern, undefined);
    const path = ['spec', 'exclusionList', index];
    if ('error' in compiled)
      reader.findings.push({ path, message: `bad regular expression in exclusionList: ${compiled.error}` });
  }
  if (list.length > mostExclusions) {
    const message = `exclusionList has ${list.length} patterns; at most ${mostExclusions} are allowed`;
    reader.findings.push({ path: ['spec', 'exclusionList'], message });
  }
  reader.keys(['spec', 'accessFrom'], ['namespaceSelectors']);
  const selectors = reader.items(['spec', 'accessFrom', 'namespaceSelectors']);
  for (const selector of selectors) reader.keys(selector, ['matchLabels']);
  const labels = selectors.map((path) => reader.textMap([...path, 'matchLabels']) ?? {});
  const suspended = reader.flag(['spec', 'suspend']) ?? false;
  return {
    object,
    image: reader.findings.length > 0 ? undefined : image,
    exclusions: list.length > 0 ? list : defaultExclusions,
    suspended,
    settings: settings.filter((key) => reader.has(['spec', key])),
    admits: (namespace) => {
      if (namespace === object.namespace) return true;
      const answers = labels.map((wanted) => selects(wanted, namespace));
      if (answers.includes(true)) return true;
      return answers.includes(undefined) ? undefined : false;
    },
  };
}

function imageOf({ reader }: FluxObject): RepositoryName | undefined {
  const path = ['spec', 'image'];
  const text = reader.requiredText(path);
  if (text === undefined) return undefined;
  const image = parseRepository(text);
  if (image !== undefined) return image;
  const why = text.includes('://')
    ? '; leave out the scheme'
    : /:[^/]*$|@/.test(text)
      ? '; leave out the tag'
      : '';
  reader.findings.push({ path, message: `"${text}" is no image repository${why}` });
  return undefined;
}

/** The label that Kubernetes gives every namespace is known; others stand in the cluster. */
function selects(
  labels: Readonly<Record<string, string>>,
  namespace: string | undefined,
): boolean | undefined {
  const { 'kubernetes.io/metadata.name': name, ...others } = labels;
  if (name !== undefined && namespace !== undefined && name !== namespace) return false;
  return Object.keys(others).length > 0 || (name !== undefined && namespace === undefined) ? undefined : true;
}
