import { append } from '../../core/append.ts';
import type { Problem } from '../../core/problem.ts';
import type { FieldFact } from '../../fields/model.ts';
import { compilePattern } from '../../policy/patterns/pattern.ts';
import type { AnnotatedObject, ForeignReading } from '../foreign-reading.ts';
import { imageOf, makePolicy } from '../make-policy.ts';
import type { ForeignFile, ForeignPolicy, SourceEntry } from '../model.ts';
import { askedApprovals, keelKey, unknownKeelKey, withoutEqual } from './keys.ts';
import { readKeelRule, type KeelRule } from './rule.ts';
import { readKeelValues } from './values.ts';

/**
 * Reads the annotations of Keel on workloads, or their labels where no annotation has a policy: one policy for each container; and its section
 * of Helm values, one for each image.
 */
export function readKeel(source: ForeignReading): ForeignFile {
  const { objects, problems } = source.annotated((key) => keelKey(key) !== undefined);
  const policies: ForeignPolicy[] = [];
  const all = [...problems];
  for (const object of objects) {
    const read = new KeelWorkload(source, object);
    append(policies, read.policies());
    append(all, read.problems);
  }
  const sections = readKeelValues(source);
  return { policies: [...policies, ...sections.policies], problems: [...all, ...sections.problems] };
}

class KeelWorkload {
  readonly problems: Problem[] = [];
  readonly #source: ForeignReading;
  readonly #workload: AnnotatedObject;
  /** All options come from the map that the policy comes from. */
  readonly #entries: ReadonlyMap<string, SourceEntry>;

  constructor(source: ForeignReading, workload: AnnotatedObject) {
    this.#source = source;
    this.#workload = workload;
    const annotations = byName(workload.annotations);
    this.#entries = annotations.has('policy') ? annotations : byName(workload.labels);
  }

  policies(): ForeignPolicy[] {
    const { annotations, labels } = this.#workload;
    for (const entry of [...annotations, ...labels]) {
      if (!isUsed(entry, this.#entries)) this.#complain('bad-annotation', entry, unused(entry));
    }
    const policy = this.#entries.get('policy');
    if (policy === undefined) return [];
    const broken = this.#check();
    const fields = this.#fields();
    if (fields.length === 0)
      this.#complain('bad-annotation', policy, `${policy.key}: no container here follows it.`);
    return fields.flatMap((field) => this.#policy(policy, field, broken) ?? []);
  }

  #check(): boolean {
    let broken = false;
    for (const [name, entry] of this.#entries) {
      const unknown = unknownKeelKey(name);
      if (unknown !== undefined) {
        this.#complain('bad-annotation', entry, `${entry.key} is no annotation of Keel${unknown}.`);
        broken = true;
      }
      const instead = withoutEqual[name];
      if (instead !== undefined && !isTrivial(name, entry.value))
        this.#complain('not-supported', entry, `${entry.key} has no equal: ${instead}.`);
    }
    return broken;
  }

  /** The images that follow the policy: all containers, or as the options say. */
  #fields(): readonly FieldFact[] {
    const takes = (name: string): boolean => this.#entries.get(name)?.value === 'true';
    const monitored = this.#monitored();
    return this.#workload.fields.filter(({ kind, pointer, container }) => {
      if (kind !== 'container') return false;
      if (container === undefined) return takes('imageVolumes');
      if (/\/initContainers\/\d+\/image$/.test(pointer) && !takes('initContainers')) return false;
      return monitored(container);
    });
  }

  #monitored(): (container: string) => boolean {
    const entry = this.#entries.get('monitorContainers');
    if (entry === undefined || entry.value === '') return () => true;
    const pattern = compilePattern(entry.value, undefined);
    if (!('error' in pattern)) return (container) => pattern.matches(container);
    this.#complain('bad-annotation', entry, `${entry.key}: bad regular expression: ${pattern.error}.`);
    return () => false;
  }

  #policy(entry: SourceEntry, field: FieldFact, broken: boolean): ForeignPolicy | undefined {
    const { object } = this.#workload;
    const name = `${object.name}/${field.container ?? field.pointer.split('/').at(-3) ?? ''}`;
    const read = readKeelRule(entry.value.trim(), {
      samePrerelease: (this.#entries.get('matchPreRelease')?.value ?? 'true') === 'true',
      matchTag: this.#entries.get('matchTag')?.value === 'true',
      current: field.tag,
    });
    if ('unmanaged' in read) return undefined;
    const image = imageOf(field.name);
    const problems = this.#wrong(entry, read, name);
    if (image === undefined) {
      const message = `The image of ${name} cannot be read.`;
      problems.push(this.#source.problem('bad-field', field, message, name));
    }
    const entries = [...this.#entries.values()];
    const known = { dialect: 'keel', name, problems, object, entries, field } as const;
    if (!('rule' in read) || image === undefined || broken) return { ...known, policy: undefined };
    const { rule, filter } = read;
    const hold = askedApprovals(this.#entries.get('approvals')?.value ?? '0');
    const digest = rule.kind === 'digest' ? 'pin' : 'keep';
    return { ...known, policy: makePolicy('keel', name, entry, image, rule, { filter, hold, digest }) };
  }

  #wrong(entry: SourceEntry, read: KeelRule, policy: string): Problem[] {
    if ('error' in read)
      return [this.#source.problem('bad-annotation', entry, `${entry.key}: ${read.error}.`, policy)];
    if ('unsupported' in read)
      return [this.#source.problem('not-supported', entry, `${entry.key}: ${read.unsupported}.`, policy)];
    return [];
  }

  #complain(code: 'bad-annotation' | 'not-supported', entry: SourceEntry, message: string): void {
    this.problems.push(this.#source.problem(code, entry, message));
  }
}

function byName(entries: readonly SourceEntry[]): ReadonlyMap<string, SourceEntry> {
  return new Map(entries.map((entry) => [keelKey(entry.key) ?? '', entry]));
}

function isUsed(entry: SourceEntry, used: ReadonlyMap<string, SourceEntry>): boolean {
  return [...used.values()].some((one) => one.pointer === entry.pointer);
}

function unused({ key }: SourceEntry): string {
  return `${key} has no effect: Keel reads all its options where the policy stands, in the annotations if there is one, else in the labels.`;
}

/** No approvals asked for is what there is anyway. */
function isTrivial(name: string, value: string): boolean {
  return name === 'approvals' && askedApprovals(value) === undefined;
}
