import { append } from '../core/append.ts';
import { formatPlace } from '../core/position.ts';
import type { Problem } from '../core/problem.ts';
import type { ForeignPolicy, SourceObject } from '../dialects/model.ts';
import type { FieldFact, FileFacts } from '../fields/model.ts';
import type { Policy } from '../policy/model.ts';
import type { Outline } from '../yaml/outline.ts';
import type { TextEdit } from '../yaml/splice.ts';
import { annotate } from './annotate.ts';
import { fixLevel } from './fixed-level.ts';
import { markField } from './mark.ts';
import type { Converted } from './model.ts';
import type { Names } from './names.ts';
import type { NewFiles } from './new-files.ts';
import { policyText } from './policy-text.ts';
import { shorthandText } from './shorthand-text.ts';

/** A file with workloads or values that Flux v1 or Keel look after. */
export interface WorkloadFile {
  readonly path: string;
  readonly outline: Outline;
  readonly facts: FileFacts;
  readonly policies: readonly ForeignPolicy[];
}

export interface WorkloadChanges {
  readonly edits: readonly TextEdit[];
  readonly converted: readonly Converted[];
  readonly problems: readonly Problem[];
  /** Fields that have no place for a marker and are bound by their image name, as `path#pointer`. */
  readonly byName: readonly string[];
}

type Annotation = readonly [key: string, value: string];

/**
 * Gives each workload of a file the annotations that say what Flux v1's or Keel's say, and images in Helm values an ImagePolicy and a marker. What
 * the other tools read stays: they may still run.
 */
export class WorkloadConverter {
  readonly #edits: TextEdit[] = [];
  readonly #converted: Converted[] = [];
  readonly #problems: Problem[] = [];
  readonly #byName: string[] = [];
  readonly #file: WorkloadFile;
  readonly #names: Names;
  readonly #newFiles: NewFiles;
  /** Containers by document. */
  readonly #fields: ReadonlyMap<number, readonly FieldFact[]>;

  constructor(file: WorkloadFile, names: Names, newFiles: NewFiles) {
    this.#file = file;
    this.#names = names;
    this.#newFiles = newFiles;
    const containers = file.facts.fields.filter(({ kind }) => kind === 'container');
    this.#fields = Map.groupBy(containers, ({ document }) => document);
  }

  convert(): WorkloadChanges {
    const groups = Map.groupBy(this.#file.policies, ({ object }) => `${object.document}${object.pointer}`);
    for (const policies of groups.values()) this.#workload(policies);
    return { edits: this.#edits, converted: this.#converted, problems: this.#problems, byName: this.#byName };
  }

  #workload(policies: readonly ForeignPolicy[]): void {
    const [first] = policies;
    if (first === undefined || this.#isDone(first.object)) return;
    const rival = policies.find(({ dialect }) => dialect !== first.dialect);
    if (rival !== undefined) {
      this.#refuse(rival, 'two tools look after this workload; take the annotations of one away');
      return;
    }
    append(
      this.#problems,
      policies.flatMap(({ problems }) => problems),
    );
    const said = policies.flatMap((policy) => this.#container(policy) ?? []);
    for (const policy of policies) if (!isContainer(policy.field)) this.#inValues(policy);
    if (said.length === 0) return;
    const annotations = this.#merge(first.object, said);
    const hold = said.find(({ policy }) => policy.policy?.hold !== undefined)?.policy.policy?.hold;
    if (hold !== undefined) {
      const by = hold.by === '' ? '' : ` (${hold.by})`;
      annotations.push(['tallyman.dev/hold', `${hold.reason}${by}`]);
    }
    const edit = annotate(this.#file.outline, first.object, annotations);
    if ('refused' in edit) {
      const lines = annotations.map(([key, value]) => `${key}: "${value}"`).join(', ');
      this.#refuse(first, `no annotation can be added: ${edit.refused}. Write ${lines}`);
      return;
    }
    this.#edits.push(edit);
    for (const { policy, name } of said) this.#convertedTo(this.#file.path, policy, name);
  }

  #convertedTo(to: string, { dialect, name, object }: ForeignPolicy, policy: string | null): void {
    const { file, line, column } = object;
    this.#converted.push({ dialect, name, policy, to, file, line, column });
  }

  /** An image in values, or of a volume, has no annotation of its own: an ImagePolicy and a marker do what it would. */
  #inValues(policy: ForeignPolicy): void {
    const { field } = policy;
    const path = this.#newFiles.pathBeside(this.#file.path);
    if (policy.policy === undefined || field === undefined || this.#newFiles.isThere(path)) return;
    const fixed = this.#fixed(policy, field);
    if (fixed === undefined) return;
    const image = fixed.image.spelled;
    const name = this.#names.take(image.slice(image.lastIndexOf('/') + 1), policy.name);
    const text = policyText({ name, policy: fixed, paths: [this.#file.path] });
    if ('unequal' in text) {
      this.#refuse(policy, `it has no equal: ${text.unequal}`);
      return;
    }
    const marks = markField(this.#file.outline, field, name);
    if ('refused' in marks) {
      const known = this.#file.facts.fields.some(
        (one) => one.pointer === field.pointer && one.name !== undefined,
      );
      if (!known) {
        const why = `no marker can be put behind its value (${formatPlace({ file: this.#file.path, ...field })}): ${marks.refused}`;
        this.#refuse(policy, `${why}. Write the value on a line of its own`);
        return;
      }
      this.#byName.push(`${this.#file.path}#${field.pointer}`);
    } else if (marks.some(({ start }) => this.#edits.some((edit) => edit.start === start))) {
      this.#refuse(
        policy,
        'another image has the same value, which can have one marker only; give each a value of its own',
      );
      return;
    } else append(this.#edits, marks);
    this.#newFiles.add(path, text.text);
    this.#convertedTo(path, policy, name);
  }

  /** With a level of Keel as a range that stands still. */
  #fixed(policy: ForeignPolicy, field: FieldFact): Policy | undefined {
    const fixed = policy.policy && fixLevel(policy.policy, field.tag);
    if (fixed === undefined) {
      const why = `it counts from the current version, and the tag "${field.tag ?? ''}" is none; write an ImagePolicy`;
      this.#refuse(policy, why);
    }
    return fixed;
  }

  /** The value for one container, with a file of its own where an annotation cannot say it. */
  #container(policy: ForeignPolicy): Said | undefined {
    const { field } = policy;
    if (policy.policy === undefined || field === undefined) return undefined;
    const { container } = field;
    if (container === undefined || !isContainer(field)) return undefined;
    const fixed = this.#fixed(policy, field);
    if (fixed === undefined) return undefined;
    const value = shorthandText(fixed);
    if (value !== undefined) return { policy, container, value, name: null };
    const path = this.#newFiles.pathBeside(this.#file.path);
    const workload = policy.object.name;
    const name =
      container === workload ? this.#names.take(workload, policy.name) : this.#names.take(policy.name);
    const text = policyText({ name, policy: { ...fixed, hold: undefined }, paths: [this.#file.path] });
    if ('unequal' in text || this.#newFiles.isThere(path)) {
      const why = 'unequal' in text ? `it has no equal: ${text.unequal}` : `${path} is there already`;
      this.#refuse(policy, why);
      return undefined;
    }
    this.#newFiles.add(path, text.text);
    return { policy, container, value: `policy:${name}`, name };
  }

  /** One annotation where all containers say the same, else one for each. */
  #merge(object: SourceObject, said: readonly Said[]): Annotation[] {
    const containers = this.#containers(object);
    const values = new Set(said.map(({ value }) => value));
    const [value = ''] = values;
    if (values.size === 1 && said.length === containers.length) return [['tallyman.dev/policy', value]];
    return said.map(({ container, value: own }) => [`tallyman.dev/policy.${container}`, own]);
  }

  #containers({ document, pointer }: SourceObject): FieldFact[] {
    return (this.#fields.get(document) ?? []).filter((field) =>
      field.pointer.replace(/^\d+(?=\/)/, '').startsWith(`${pointer}/`),
    );
  }

  /** Whether the workload has a policy of ours already. */
  #isDone({ document, name, kind }: SourceObject): boolean {
    return this.#file.facts.claims.some(
      (claim) =>
        claim.document === document &&
        claim.workload === name &&
        claim.kind === kind &&
        claim.annotations.some(({ key }) => key === 'policy' || key.startsWith('policy.')),
    );
  }

  #refuse({ name, object }: ForeignPolicy, why: string): void {
    const { file, line, column } = object;
    const message = `${name} (${formatPlace(object)}) is not converted: ${why}.`;
    this.#problems.push({ code: 'not-supported', file, line, column, message });
  }
}

function isContainer(field: FieldFact | undefined): boolean {
  return field?.kind === 'container' && field.container !== undefined;
}

interface Said {
  readonly policy: ForeignPolicy;
  readonly container: string;
  readonly value: string;
  /** Of the ImagePolicy, where there is one. */
  readonly name: string | null;
}
