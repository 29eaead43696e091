import type { FieldFact } from '../../fields/model.ts';
import type { Snapshot } from '../../git/repository.ts';
import type { Current } from '../../policy/election/decision.ts';
import type { FieldPlace } from '../../release/field-key.ts';
import { mainlineParents } from '../../release/first-parent.ts';
import type { CommitId, LoggedCommit } from '../../release/log.ts';
import type { LoggedRelease } from '../../release/model.ts';
import type { ChangeIndex } from './change-index.ts';
import { valueOf, type FieldReader } from './field-at.ts';
import { findBefore, findField, isSameImage, type FileFields } from './field-identity.ts';
import { formerFile, otherFormer, type WayBack } from './former-file.ts';
import { isLift } from './is-lift.ts';
import { recordHolds } from './record-holds.ts';

type Lift = LoggedRelease & { readonly place: FieldPlace };

/** Where a field was found last, on the way back. */
interface Trace {
  readonly file: string;
  readonly field: FieldFact;
  readonly fields: FileFields;
  /** The content that was looked at last; `undefined`: there was no such file. */
  readonly content: string | undefined;
  /** The commit after this one, where it was found so. */
  readonly commit: CommitId;
  /** That content does not hold the field. */
  readonly isLost?: boolean;
}

/** A field in a commit, and in the commit after it on the way back. */
interface Sight {
  readonly trace: Trace;
  readonly from: Trace;
  readonly commit: LoggedCommit;
  /** Of the commit in the line. */
  readonly place: number;
}

/** Where a field is followed from: a place in the line. */
type Way = Pick<Trace, 'file' | 'field'> & { readonly place: number };

/** A value that a field held, with the commit of the branch that brought it, and where the field stood then. */
export interface BroughtValue {
  readonly value: Current;
  readonly commit: LoggedCommit;
  readonly place: FieldPlace;
}

/** Names that a file is followed through; more is nobody's history of one file. */
const mostNames = 16;

/** Follows one field back through the commits of a branch: from version to version of its file, and from name to name. */
export class FileTrail {
  readonly #snapshot: Snapshot;
  readonly #fields: FieldReader;
  readonly #branch: string;
  readonly #lifts: ReadonlyMap<CommitId, readonly Lift[]>;
  readonly #index: ChangeIndex;
  #ids: { readonly line: readonly LoggedCommit[]; readonly ids: ReadonlySet<CommitId> } | undefined;

  /**
   * @param lifts by the commit that brought them to the branch
   * @param index of the newest commits of the branch, as far as each has one commit before it
   */
  constructor(
    snapshot: Snapshot,
    fields: FieldReader,
    branch: string,
    lifts: ReadonlyMap<CommitId, readonly Lift[]>,
    index: ChangeIndex,
  ) {
    this.#snapshot = snapshot;
    this.#fields = fields;
    this.#branch = branch;
    this.#lifts = lifts;
    this.#index = index;
  }

  /**
   * What the field held in the given commits, newest first, back to a lift that counts. The trees of the commits are ready.
   * @param line as `mainline` gives it, or the newest part of it
   */
  async held(
    start: Pick<Trace, 'file' | 'field'>,
    line: readonly LoggedCommit[],
  ): Promise<readonly FieldFact[]> {
    const held: FieldFact[] = [];
    const ways: Way[] = [{ ...start, place: 0 }];
    const known = new Set([start.file]);
    // A file may go on under several names, each of them the past of what stands there now.
    for (const way of ways) {
      for await (const { trace, from, commit, place } of this.#follow(way, line)) {
        if (trace.field !== from.field || place === way.place) held.push(trace.field);
        const other = await this.#otherWay({ trace, from, commit, place });
        if (other === undefined || known.has(other.file) || known.size >= mostNames) continue;
        known.add(other.file);
        ways.push(other);
      }
    }
    return held;
  }

  /** Where the field may have come from as well, where its file was there before. */
  async #otherWay({ trace, from, commit, place }: Sight): Promise<Way | undefined> {
    const isChanged = trace.file === from.file && trace.content !== from.content;
    if (!isChanged || trace.isLost === true || trace.content === undefined || from.content === undefined)
      return undefined;
    const file = await otherFormer(this.#fields, from, commit.id, trace.field);
    if (file === undefined) return undefined;
    const field = findBefore(from.field, from.fields, await this.#fields.fields(commit.id, file));
    return field && { file, field, place };
  }

  /** The values of the image that stands there now: those that stood there one after the other are told once. */
  async timeline(
    start: Pick<Trace, 'file' | 'field'>,
    line: readonly LoggedCommit[],
  ): Promise<readonly BroughtValue[]> {
    const held: BroughtValue[] = [];
    for await (const { trace, commit } of this.#follow({ ...start, place: 0 }, line)) {
      if (trace.content === undefined || !isSameImage(trace.field, start.field)) continue;
      const value = valueOf(trace.field);
      const last = held.at(-1);
      const isSame = last?.value.tag === value.tag && last.value.digest === value.digest;
      if (isSame) held.pop();
      const place = { file: trace.file, pointer: trace.field.pointer };
      held.push({ value, commit, place });
    }
    return held;
  }

  #follow(start: Way, line: readonly LoggedCommit[]): AsyncGenerator<Sight> {
    return line.length <= this.#index.length ? this.#jump(start, line) : this.#walk(start, line);
  }

  /** From change to change of the file, where the branch is one line: the first and the last commit of each version. */
  async *#jump(start: Way, line: readonly LoggedCommit[]): AsyncGenerator<Sight> {
    const head = line[start.place];
    if (head === undefined) return;
    await this.#prepareJumps(start.file, line);
    const fields = await this.#fields.fields(head.id, start.file);
    const first = { ...start, fields, content: undefined, commit: head.id };
    let trace: Trace = await this.#step(first, head.id);
    yield { trace, from: first, commit: head, place: start.place };
    const lifted =
      this.#lifts.size === 0 ? [] : line.flatMap(({ id }, place) => (this.#lifts.has(id) ? [place] : []));
    const names = new Set([start.file]);
    for (let { place } = start; ;) {
      const next = await this.#index.next(trace.file, place, line.length - 1);
      const last = await this.#lastOf(trace, lifted, line, [place, (next ?? line.length) - 1]);
      const commit = line[last.place];
      if (commit === undefined) return;
      const from = { ...trace, commit: commit.id };
      if (last.place > place) yield { trace: from, from, commit, place: last.place };
      const older = next === undefined ? undefined : line[next];
      if (last.isLifted || older === undefined || next === undefined) return;
      const named = await this.#named(from, older.id, names, { line, place: last.place, index: this.#index });
      if (!names.has(named.file)) await this.#prepareJumps(named.file, line);
      names.add(named.file);
      trace = await this.#step(named, older.id);
      yield { trace, from, commit: older, place: next };
      place = next;
    }
  }

  /** Where a version of the file ends, on the way back: at a lift, or at the last commit that has it. */
  async #lastOf(
    trace: Trace,
    lifted: readonly number[],
    line: readonly LoggedCommit[],
    [begin, end]: readonly [begin: number, end: number],
  ): Promise<{ readonly place: number; readonly isLifted: boolean }> {
    for (const place of lifted) {
      const commit = line[place];
      if (place < begin || place > end || commit === undefined) continue;
      if (await this.#isLifted(commit, trace, line)) return { place, isLifted: true };
    }
    return { place: end, isLifted: false };
  }

  /** Reads all versions of the file at once. */
  async #prepareJumps(file: string, line: readonly LoggedCommit[]): Promise<void> {
    const commits = line.slice(0, 1);
    for (let place: number | undefined = 0; place !== undefined;) {
      place = await this.#index.next(file, place, line.length - 1);
      commits.push(...(place === undefined ? [] : line.slice(place, place + 1)));
    }
    await this.#fields.prepare(commits.map(({ id }) => ({ commit: id, file })));
  }

  /** Over both sides of merges that are a person's pull. */
  async *#walk(start: Way, line: readonly LoggedCommit[]): AsyncGenerator<Sight> {
    const head = line[start.place];
    if (head === undefined) return;
    await this.#prepare(start.file, line);
    /** Commits that have the same file as the one after them. */
    const same = new Set<CommitId>();
    const fields = await this.#fields.fields(head.id, start.file);
    const traces = new Map<CommitId, Trace>([
      [head.id, { ...start, fields, content: undefined, commit: head.id }],
    ]);
    const names = new Set([start.file]);
    const places = new Map(line.map(({ id }, place) => [id, place]));
    for (const commit of line) {
      const from = traces.get(commit.id);
      if (from === undefined) continue;
      const way = { line, place: places.get(from.commit) ?? 0, index: this.#index };
      const named = same.has(commit.id) ? from : await this.#named(from, commit.id, names, way);
      if (!names.has(named.file)) {
        names.add(named.file);
        await this.#prepare(named.file, line);
      }
      const trace = same.has(commit.id) ? { ...from, commit: commit.id } : await this.#step(named, commit.id);
      yield { trace, from, commit, place: places.get(commit.id) ?? 0 };
      if (await this.#isLifted(commit, trace, line)) continue;
      for (const parent of this.#parents(commit, line)) {
        if (traces.has(parent)) continue;
        traces.set(parent, trace);
        if (!(await this.#fields.differs(commit.id, parent, trace.file))) same.add(parent);
      }
    }
  }

  /** Those whose trees are ready. */
  #parents(commit: LoggedCommit, line: readonly LoggedCommit[]): readonly CommitId[] {
    return mainlineParents(commit, this.#branch).filter((parent) => this.#idsOf(line).has(parent));
  }

  #idsOf(line: readonly LoggedCommit[]): ReadonlySet<CommitId> {
    if (this.#ids?.line !== line) this.#ids = { line, ids: new Set(line.map(({ id }) => id)) };
    return this.#ids.ids;
  }

  /** The trace with the name of the file that holds the field in this commit. */
  async #named(trace: Trace, commit: CommitId, names: ReadonlySet<string>, way: WayBack): Promise<Trace> {
    if (trace.content === undefined || names.size >= mostNames) return trace;
    const entry = await this.#fields.entry(commit, trace.file);
    if (entry?.id === trace.content) return trace;
    if (entry !== undefined) {
      if (trace.isLost === true) return trace;
      const there = findBefore(trace.field, trace.fields, await this.#fields.fields(commit, trace.file));
      if (there !== undefined) return trace;
    }
    const former = await formerFile(this.#snapshot, this.#fields, trace, commit, way);
    return former === undefined ? trace : { ...trace, file: former };
  }

  async #step(trace: Trace, commit: CommitId): Promise<Trace> {
    const entry = await this.#fields.entry(commit, trace.file);
    if (entry === undefined) return { ...trace, content: undefined, commit };
    if (entry.id === trace.content) return { ...trace, commit };
    const fields = await this.#fields.fields(commit, trace.file);
    const find = trace.content === undefined || trace.isLost === true ? findField : findBefore;
    const field = find(trace.field, trace.fields, fields);
    const found = field === undefined ? { isLost: true } : { field, fields, isLost: false };
    return { ...trace, ...found, content: entry.id, commit };
  }

  async #isLifted(
    { id, parents }: LoggedCommit,
    { file, field }: Trace,
    line: readonly LoggedCommit[],
  ): Promise<boolean> {
    const told = (this.#lifts.get(id) ?? []).filter(
      ({ place, record }) =>
        place.file === file && place.pointer === field.pointer && recordHolds(record, field),
    );
    const parent = parents.slice(0, 1).find((one) => this.#idsOf(line).has(one));
    for (const lift of told)
      if (await isLift(this.#fields, lift, parent, { bringer: id, file, field })) return true;
    return false;
  }

  /** Reads all versions of the file at once. */
  async #prepare(file: string, line: readonly LoggedCommit[]): Promise<void> {
    const commits = new Set(line.slice(0, 1).map(({ id }) => id));
    for (const commit of line)
      for (const parent of this.#parents(commit, line))
        if (await this.#fields.differs(commit.id, parent, file)) commits.add(parent);
    await this.#fields.prepare([...commits].map((commit) => ({ commit, file })));
  }
}
