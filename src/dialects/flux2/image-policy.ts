import type { Problem } from '../../core/problem.ts';
import { formatPlace } from '../../core/position.ts';
import type { RepositoryName } from '../../image/reference.ts';
import type { Hold, Rule, TagFilter } from '../../policy/model.ts';
import { compilePattern } from '../../policy/patterns/pattern.ts';
import { checkRule } from '../../policy/document/rule-check.ts';
import { makePolicy } from '../make-policy.ts';
import type { ForeignPolicy } from '../model.ts';
import { defaultExclusions, type FluxRepository } from './image-repository.ts';
import { problemAt, shapeProblems, type FluxObject } from './object.ts';

/** Finds the ImageRepository of a policy: the repository, or why there is none. */
export type FindRepository = (
  name: string,
  namespace: string | undefined,
) => FluxRepository | { readonly missing: string };

/**
 * Reads an ImagePolicy of Flux 2 (docs/dialects.md says what differs).
 * @param standIn the image to go on with where the ImageRepository is not there (`elect`); `undefined`: no policy then
 */
export function readImagePolicy(
  object: FluxObject,
  find: FindRepository,
  standIn?: RepositoryName,
): ForeignPolicy {
  const { reader, fullName: name, source } = object;
  reader.keys(
    ['spec'],
    ['imageRepositoryRef', 'policy', 'filterTags', 'digestReflectionPolicy', 'interval', 'suspend'],
  );
  reader.keys(['spec', 'imageRepositoryRef'], ['name', 'namespace']);
  const rule = ruleOf(object);
  const filter = filterOf(object);
  const digest = digestOf(object);
  const suspended = reader.flag(['spec', 'suspend']) === true;
  const reference = reader.requiredText(['spec', 'imageRepositoryRef', 'name']);
  const problems = shapeProblems(object);
  const known = { dialect: 'flux2', name, object: source, entries: [], field: undefined } as const;
  if (rule === undefined || reference === undefined || problems.length > 0)
    return { ...known, policy: undefined, problems };
  const found = repositoryOf(object, reference, find, problems, standIn !== undefined);
  const image = found?.image ?? (found === undefined ? standIn : undefined);
  if (image === undefined) return { ...known, policy: undefined, problems };
  const hold = suspended ? held('spec.suspend of the ImagePolicy') : heldBy(found);
  const excludePatterns = found?.exclusions ?? defaultExclusions;
  const elsewhere = found?.object.source.file ?? source.file;
  const otherFiles = elsewhere === source.file ? [] : [elsewhere];
  const detail = { namespace: object.namespace, filter, digest, hold, excludePatterns, otherFiles };
  return { ...known, policy: makePolicy('flux2', name, source, image, rule, detail), problems };
}

function ruleOf(object: FluxObject): Rule | undefined {
  const { reader } = object;
  const at = ['spec', 'policy'];
  reader.keys(at, ['semver', 'alphabetical', 'numerical']);
  const kinds = ['semver', 'alphabetical', 'numerical'].filter((kind) => reader.has([...at, kind]));
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    const what = kind === undefined ? 'there is none' : `there are ${kinds.join(' and ')}`;
    reader.findings.push({
      path: at,
      message: `expected exactly one of semver, alphabetical and numerical, ${what}`,
    });
    return undefined;
  }
  if (kind === 'semver') {
    reader.keys([...at, kind], ['range']);
    const range = reader.requiredText([...at, kind, 'range']);
    if (range === undefined) return undefined;
    const rule: Rule = { kind, range, strict: true };
    const wrong = checkRule(rule);
    if (wrong === undefined) return rule;
    reader.findings.push({ path: [...at, kind, 'range'], message: wrong.error });
    return undefined;
  }
  reader.keys([...at, kind], ['order']);
  const order = reader.oneOf([...at, kind, 'order'], ['asc', 'desc']) ?? 'asc';
  return kind === 'alphabetical' ? { kind, order } : { kind: 'numeric', order, strict: true };
}

function filterOf({ reader }: FluxObject): TagFilter | undefined {
  const at = ['spec', 'filterTags'];
  if (!reader.has(at)) return undefined;
  reader.keys(at, ['pattern', 'extract']);
  const pattern = reader.text([...at, 'pattern']) ?? '';
  const extract = reader.text([...at, 'extract']);
  // An empty pattern matches every tag, and there is no group to extract.
  if (pattern === '' && (extract ?? '') === '') return undefined;
  const compiled = compilePattern(pattern, extract);
  if ('error' in compiled)
    reader.findings.push({
      path: [...at, compiled.in],
      message: `filterTags.${compiled.in}: ${compiled.error}`,
    });
  return { pattern, extract };
}

/** Flux reflects the digest of the elected tag, which is to pin; `Never` is to keep what is there. */
function digestOf({ reader }: FluxObject): 'pin' | 'keep' {
  const path = ['spec', 'digestReflectionPolicy'];
  const policy = reader.oneOf(path, ['Always', 'IfNotPresent', 'Never']) ?? 'Never';
  const interval = ['spec', 'interval'];
  reader.text(interval);
  if (policy === 'Always' && !reader.has(interval))
    reader.findings.push({ path, message: 'digestReflectionPolicy Always needs spec.interval' });
  if (policy !== 'Always' && reader.has(interval)) {
    const message = 'spec.interval is only allowed with digestReflectionPolicy: Always';
    reader.findings.push({ path: interval, onKey: true, message });
  }
  return policy === 'Never' ? 'keep' : 'pin';
}

function repositoryOf(
  object: FluxObject,
  name: string,
  find: FindRepository,
  problems: Problem[],
  goesOn: boolean,
): FluxRepository | undefined {
  const path = ['spec', 'imageRepositoryRef'];
  const namespace = object.reader.text([...path, 'namespace']);
  const found = find(name, namespace ?? object.namespace);
  const report = (message: string): void =>
    void problems.push(problemAt(object, 'bad-policy', { path, message }));
  if ('missing' in found) {
    report(goesOn ? `${found.missing}; the default exclusionList is taken` : found.missing);
    return undefined;
  }
  const admitted = namespace === undefined || found.admits(object.namespace);
  if (admitted !== true) {
    const why =
      admitted === false
        ? 'does not allow it by spec.accessFrom'
        : 'asks in spec.accessFrom for labels of the namespace, which only the cluster knows';
    report(`the ImageRepository ${found.object.fullName} is in another namespace and ${why}`);
    return { ...found, image: undefined };
  }
  if (found.image === undefined)
    report(`the ImageRepository ${found.object.fullName} (${formatPlace(found.object.source)}) has errors`);
  return found;
}

function heldBy(repository: FluxRepository | undefined): Hold | undefined {
  return repository?.suspended === true
    ? held(`spec.suspend of the ImageRepository ${repository.object.fullName}`)
    : undefined;
}

function held(what: string): Hold {
  return { reason: `suspended by ${what}`, by: '', until: undefined };
}
