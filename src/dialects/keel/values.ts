import { append } from '../../core/append.ts';
import type { Problem, ProblemCode } from '../../core/problem.ts';
import type { Hold } from '../../policy/model.ts';
import { formatPath, toProblem, type Finding } from '../../policy/document/finding.ts';
import { toValue, type PlainValue } from '../../yaml/value.ts';
import type { ForeignReading } from '../foreign-reading.ts';
import { imageOf, makePolicy } from '../make-policy.ts';
import type { ForeignFile, ForeignPolicy, SourceObject } from '../model.ts';
import { ObjectReader, type Path } from '../object-reader.ts';
import { fieldByPaths } from '../values-paths.ts';
import { askedApprovals, withoutEqual } from './keys.ts';
import { readKeelRule, type KeelRule } from './rule.ts';

/**
 * Reads the section `keel` of Helm values, in a file of values and in a HelmRelease: one policy for each of its images. Its paths lead
 * from the values' root.
 */
export function readKeelValues(source: ForeignReading): ForeignFile {
  const policies: ForeignPolicy[] = [];
  const problems: Problem[] = [];
  for (const { root, object } of valuesIn(source)) {
    const section = source.reading.child(root, 'keel');
    // Without a policy it is no section of Keel's, or one that asks for nothing.
    if (section === undefined || source.reading.child(section, 'policy') === undefined) continue;
    const read = toValue(source.reading.outline, section);
    if ('error' in read) {
      const at = source.reading.at(read.error.offset);
      const message = `The section keel of Helm values cannot be read: ${read.error.message}.`;
      problems.push(source.problem('bad-policy', at, message));
      continue;
    }
    const one = new KeelSection(source, object, root, section, read);
    append(policies, one.policies());
    append(problems, one.problems);
  }
  return { policies, problems };
}

function valuesIn(source: ForeignReading): { readonly root: number; readonly object: SourceObject }[] {
  const { reading, objects } = source;
  const inObjects = objects.flatMap((head) => {
    const spec = head.kind === 'HelmRelease' ? reading.child(head.index, 'spec') : undefined;
    const root = spec === undefined ? undefined : reading.child(spec, 'values');
    return root === undefined ? [] : [{ root, object: source.source(head) }];
  });
  const heads = new Set(objects.map(({ index }) => index));
  const files = reading.outline.documents.flatMap(({ root }) => {
    if (root === -1 || heads.has(root)) return [];
    const plain = { apiVersion: '', kind: 'Values', name: 'values', namespace: undefined };
    return [{ root, object: { ...source.place(root), ...plain } }];
  });
  return [...inObjects, ...files];
}

const imageKeys = ['repository', 'tag', 'digest', 'releaseNotes', 'imagePullSecret'];
const options: readonly string[] = [
  'policy',
  'matchTag',
  'matchPreRelease',
  'trigger',
  'pollSchedule',
  'approvals',
  'approvalDeadline',
  'notificationChannels',
  'images',
];

class KeelSection {
  readonly problems: Problem[] = [];
  readonly #source: ForeignReading;
  readonly #object: SourceObject;
  readonly #root: number;
  readonly #reader: ObjectReader;
  readonly #document: PlainValue & { line: number; column: number; document: number };

  constructor(source: ForeignReading, object: SourceObject, root: number, section: number, read: PlainValue) {
    this.#source = source;
    this.#object = object;
    this.#root = root;
    this.#reader = new ObjectReader(read.value);
    const { keyStart, document } = source.reading.node(section);
    this.#document = { ...read, ...source.reading.at(keyStart), document };
  }

  policies(): ForeignPolicy[] {
    const reader = this.#reader;
    reader.keys([], options);
    const rule = reader.text(['policy']) ?? '';
    const settings = {
      samePrerelease: reader.flag(['matchPreRelease']) ?? true,
      matchTag: reader.flag(['matchTag']) ?? false,
    };
    this.#leftOut([], ['trigger', 'pollSchedule', 'approvals', 'approvalDeadline', 'notificationChannels']);
    const images = reader.items(['images']);
    if (images.length === 0)
      reader.findings.push({ path: ['images'], message: 'images names no image, so nothing is updated' });
    const found = images.flatMap((image) => {
      reader.keys(image, imageKeys);
      this.#leftOut(image, ['releaseNotes', 'imagePullSecret']);
      return this.#image(image, rule, settings) ?? [];
    });
    const broken = reader.findings.length > 0;
    for (const finding of reader.findings) this.#report(finding, 'bad-policy');
    return broken ? found.map((one) => ({ ...one, policy: undefined })) : found;
  }

  #image(
    path: Path,
    text: string,
    settings: { readonly samePrerelease: boolean; readonly matchTag: boolean },
  ): ForeignPolicy | undefined {
    const reader = this.#reader;
    const repository = reader.requiredText([...path, 'repository']);
    const tag = reader.text([...path, 'tag']);
    const digest = reader.text([...path, 'digest']);
    if (repository === undefined || repository === '') return undefined;
    const name = `${this.#object.name}/${repository.replace(/\.(?:repository|image|name)$/, '')}`;
    const field = fieldByPaths(this.#source.reading, this.#root, { repository, tag, digest });
    if ('missing' in field) {
      const message = `the values have no text at ${field.missing}`;
      reader.findings.push({ path: [...path, field.missing === tag ? 'tag' : 'repository'], message });
      return undefined;
    }
    const read = readKeelRule(text.trim(), { ...settings, current: field.tag });
    if ('unmanaged' in read) return undefined;
    const image = imageOf(field.name);
    const problems = this.#wrong(read, name);
    if (image === undefined) {
      const message = `The image of ${name} cannot be read.`;
      problems.push(this.#source.problem('bad-field', field, message, name));
    }
    const object = this.#object;
    const known = { dialect: 'keel', name, problems, object, entries: [], field } as const;
    if (!('rule' in read) || image === undefined) return { ...known, policy: undefined };
    const { rule, filter } = read;
    const pins = rule.kind === 'digest' || (digest ?? '') !== '';
    const detail = { filter, hold: this.#approvals(), digest: pins ? 'pin' : 'keep' } as const;
    const place = this.#place(path);
    return { ...known, policy: makePolicy('keel', name, place, image, rule, detail) };
  }

  #wrong(read: KeelRule, policy: string): Problem[] {
    if (!('error' in read) && !('unsupported' in read)) return [];
    const [code, text] =
      'error' in read
        ? (['bad-policy', read.error] as const)
        : (['not-supported', read.unsupported] as const);
    const finding = { path: ['policy'], message: `keel.policy: ${text}.` };
    return [toProblem(finding, code, this.#document, this.#source.file, policy)];
  }

  #leftOut(path: Path, keys: readonly string[]): void {
    for (const key of keys) {
      const at = [...path, key];
      if (!this.#reader.has(at) || (key === 'approvals' && this.#approvals() === undefined)) continue;
      const instead = withoutEqual[key] ?? withoutEqual['notify'] ?? '';
      this.problems.push(
        toProblem(
          { path: at, onKey: true, message: `${formatPath(['keel', ...at])} has no equal: ${instead}.` },
          'not-supported',
          this.#document,
          this.#source.file,
          undefined,
        ),
      );
    }
  }

  #approvals(): Hold | undefined {
    return askedApprovals(String(this.#reader.number(['approvals']) ?? 0));
  }

  #place(path: Path): { file: string; line: number; column: number } {
    const { line = 1, column = 1 } = toProblem(
      { path, message: '' },
      'bad-policy',
      this.#document,
      this.#source.file,
      undefined,
    );
    return { file: this.#source.file, line, column };
  }

  #report(finding: Finding, code: ProblemCode): void {
    const message = `The section keel of Helm values: ${finding.message}.`;
    this.problems.push(
      toProblem({ ...finding, message }, code, this.#document, this.#source.file, undefined),
    );
  }
}
