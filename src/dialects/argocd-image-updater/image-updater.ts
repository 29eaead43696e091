import { append } from '../../core/append.ts';
import { compileGlob } from '../../core/glob.ts';
import type { Problem } from '../../core/problem.ts';
import { formatPath, toProblem, type Finding } from '../../policy/document/finding.ts';
import { toValue, type PlainValue } from '../../yaml/value.ts';
import type { ForeignReading } from '../foreign-reading.ts';
import { makePolicy } from '../make-policy.ts';
import type { ApplicationSelector, ForeignFile, ForeignPolicy, SourceObject } from '../model.ts';
import { pathMatchGlob } from '../glob-text.ts';
import { readSelector } from '../label-selector.ts';
import { ObjectReader, type Path } from '../object-reader.ts';
import { readSettings, splitImage, type ImageSettings, type SettingKey } from './settings.ts';

const group = 'argocd-image-updater.argoproj.io/';

/** Reads ImageUpdater resources: one policy for each image of each application reference. */
export function readImageUpdaters(source: ForeignReading): ForeignFile {
  const policies: ForeignPolicy[] = [];
  const problems: Problem[] = [];
  for (const head of source.objects) {
    if (head.kind !== 'ImageUpdater' || !head.apiVersion.startsWith(group)) continue;
    const object = source.source(head);
    const read = toValue(source.reading.outline, head.index);
    if ('error' in read) {
      const at = source.reading.at(read.error.offset);
      problems.push(
        source.problem(
          'bad-policy',
          at,
          `The ImageUpdater ${head.name} cannot be read: ${read.error.message}.`,
        ),
      );
      continue;
    }
    const updater = new Updater(source, object, read);
    append(policies, updater.policies());
    append(problems, updater.problems);
  }
  return { policies, problems };
}

const levelKeys = ['commonUpdateSettings', 'writeBackConfig', 'imagesVerification'];
const settingKeys = ['updateStrategy', 'forceUpdate', 'allowTags', 'ignoreTags', 'pullSecret', 'platforms'];

class Updater {
  readonly problems: Problem[] = [];
  readonly #source: ForeignReading;
  readonly #object: SourceObject;
  readonly #document: PlainValue & {
    readonly line: number;
    readonly column: number;
    readonly document: number;
  };
  readonly #reader: ObjectReader;

  constructor(source: ForeignReading, object: SourceObject, read: PlainValue) {
    this.#source = source;
    this.#object = object;
    this.#document = { ...read, line: object.line, column: object.column, document: object.document };
    this.#reader = new ObjectReader(read.value);
  }

  policies(): ForeignPolicy[] {
    const reader = this.#reader;
    reader.keys([], ['apiVersion', 'kind', 'metadata', 'spec', 'status']);
    reader.keys(['spec'], ['namespace', 'applicationRefs', ...levelKeys]);
    this.#level(['spec']);
    const references = reader.items(['spec', 'applicationRefs']);
    const several = references.length > 1;
    const drafts = references.flatMap((reference) => {
      reader.keys(reference, ['namePattern', 'labelSelectors', 'useAnnotations', 'images', ...levelKeys]);
      this.#level(reference);
      const applications = this.#applications(reference);
      // Then the annotations of the Applications say it, and nothing here does.
      if (reader.flag([...reference, 'useAnnotations']) === true) return [];
      const pattern = applications.namePattern;
      return reader.items([...reference, 'images']).map((image) => ({
        image,
        reference,
        applications,
        owner: several ? `${this.#object.name}/${pattern}` : this.#object.name,
      }));
    });
    const found = drafts.map(({ image, reference, owner, applications }) => ({
      ...this.#image(image, reference, owner),
      applications,
    }));
    const broken = reader.findings.length > 0;
    for (const finding of reader.findings) this.#report(finding, 'bad-policy');
    return broken ? found.map((one) => ({ ...one, policy: undefined })) : found;
  }

  #applications(reference: Path): ApplicationSelector {
    const path = [...reference, 'namePattern'];
    const namePattern = this.#reader.requiredText(path) ?? '';
    const glob = compileGlob(pathMatchGlob(namePattern), 'tag');
    if ('error' in glob && namePattern !== '')
      this.#reader.findings.push({ path, message: `bad namePattern: ${glob.error}` });
    const labels = readSelector(this.#reader, [...reference, 'labelSelectors']);
    return {
      namePattern,
      selects: (name, own) => !('error' in glob) && glob.matches(name) && labels.selects(own),
    };
  }

  /** Where the image stands in the Application. Read for its shape alone: fields are found by the image's name. */
  #targets(path: Path): void {
    const reader = this.#reader;
    const at = [...path, 'manifestTargets'];
    const keys = { helm: ['name', 'tag', 'spec'], kustomize: ['name'], plugin: ['name', 'tag', 'spec'] };
    reader.keys(at, Object.keys(keys));
    for (const [key, known] of Object.entries(keys)) {
      reader.keys([...at, key], known);
      for (const one of known) reader.text([...at, key, one]);
    }
    const given = Object.keys(keys).filter((key) => reader.has([...at, key]));
    if (reader.has(at) && given.length !== 1) {
      const message = `expected exactly one of helm, kustomize and plugin in ${formatPath(at)}`;
      reader.findings.push({ path: at, message });
    }
    if (reader.has([...at, 'plugin'])) {
      const message = `${formatPath([...at, 'plugin'])} has no equal: what a plugin renders is not looked at. Put a marker behind the value that it reads.`;
      this.#report({ path: [...at, 'plugin'], onKey: true, message }, 'not-supported');
    }
  }

  /** What stands at one level and has no equal in a policy. */
  #level(path: Path): void {
    const reader = this.#reader;
    reader.keys([...path, 'commonUpdateSettings'], settingKeys);
    reader.flag([...path, 'commonUpdateSettings', 'forceUpdate']);
    const missing: readonly [Path, string][] = [
      [
        [...path, 'writeBackConfig'],
        'Tallyman always commits to the repository and branch of tallyman.yaml, where the image field is',
      ],
      [[...path, 'commonUpdateSettings', 'pullSecret'], 'credentials of registries stand in tallyman.yaml'],
    ];
    for (const [at, instead] of missing) {
      if (reader.has(at))
        this.#report(
          { path: at, onKey: true, message: `${formatPath(at)} has no equal in a policy: ${instead}.` },
          'not-supported',
        );
    }
    const verification = [...path, 'imagesVerification'];
    if (reader.has(verification) && reader.flag([...verification, 'enabled']) !== false) {
      const message = `${formatPath(verification)} is not read: write spec.verify in the ImagePolicy. No image below it is elected without.`;
      reader.findings.push({ path: verification, onKey: true, message });
    }
  }

  #image(path: Path, reference: Path, owner: string): ForeignPolicy {
    const reader = this.#reader;
    reader.keys(path, ['alias', 'imageName', 'manifestTargets', ...levelKeys]);
    this.#level(path);
    this.#targets(path);
    const name = `${owner}/${reader.requiredText([...path, 'alias']) ?? ''}`;
    const text = reader.requiredText([...path, 'imageName']) ?? '';
    const split = splitImage(text);
    const levels = [path, reference, ['spec']].map((level) => [...level, 'commonUpdateSettings']);
    const read = readSettings(this.#settings(levels), split?.constraint);
    const problems: Problem[] = [];
    if (split === undefined && text !== '') {
      const message = `"${text}" is no image; expected IMAGE[:CONSTRAINT]`;
      problems.push(this.#problem({ path: [...path, 'imageName'], message }, 'bad-image', name));
    } else if ('error' in read) {
      problems.push(
        this.#problem(
          { path: this.#place(levels, path, read.key), message: `${name}: ${read.error}` },
          'bad-policy',
          name,
        ),
      );
    }
    const known = {
      dialect: 'argocd-image-updater',
      name,
      problems,
      object: this.#object,
      entries: [],
      field: undefined,
    } as const;
    if (split === undefined || 'error' in read) return { ...known, policy: undefined };
    const { line, column } = this.#problem({ path, message: '' }, 'bad-policy', name);
    const place = { file: this.#source.file, line: line ?? 1, column: column ?? 1 };
    return { ...known, policy: makePolicy(known.dialect, name, place, split.image, read.rule, read.detail) };
  }

  /** Each setting from the nearest level that has it: image, application reference, spec. */
  #settings(levels: readonly Path[]): ImageSettings {
    const reader = this.#reader;
    const texts = (key: string): readonly string[] =>
      levels.map((level) => reader.texts([...level, key])).find((list) => list !== undefined) ?? [];
    const text = (key: string): string | undefined =>
      levels
        .map((level) => reader.text([...level, key]))
        .find((value) => value !== undefined && value !== '');
    return {
      strategy: text('updateStrategy'),
      allowTags: text('allowTags'),
      ignoreTags: texts('ignoreTags'),
      platforms: texts('platforms'),
    };
  }

  #place(levels: readonly Path[], image: Path, key: SettingKey): Path {
    if (key === 'image') return [...image, 'imageName'];
    const name = key === 'strategy' ? 'updateStrategy' : key;
    return levels.map((level) => [...level, name]).find((path) => this.#reader.has(path)) ?? image;
  }

  #problem(finding: Finding, code: Problem['code'], policy: string): Problem {
    return toProblem(finding, code, this.#document, this.#source.file, policy);
  }

  #report(finding: Finding, code: Problem['code']): void {
    this.problems.push(toProblem(finding, code, this.#document, this.#source.file, undefined));
  }
}
