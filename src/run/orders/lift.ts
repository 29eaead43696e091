import type { Binding } from '../../bindings/model.ts';
import { Failure } from '../../core/failure.ts';
import { formatPlace } from '../../core/position.ts';
import { decide } from '../../policy/election/decide.ts';
import { leftBehind } from '../../policy/election/marks.ts';
import { isTold } from '../../policy/election/rank-tags.ts';
import { dropHeldName, dropHold } from '../../release/edit-holds.ts';
import { dropPolicyHold, dropWorkloadHold } from '../../release/drop-hold.ts';
import type { HoldEntry, HoldScope } from '../../release/hold-entry.ts';
import { holdsPath, parseHolds } from '../../release/holds-file.ts';
import { holdsField } from '../prepare/holds.ts';
import { Promotions, type Source } from '../promotion/promotion.ts';
import { nameDigest } from '../past/digest-names.ts';
import { isDigestAlone } from '../past/record-holds.ts';
import { currentOf } from '../rule.ts';
import { describeScope, isSame } from './hold.ts';
import { boundInAny, outside } from './bound-in.ts';
import { demandReadableHolds } from './holds-text.ts';
import { LiftedFiles } from './lifted-files.ts';
import type { Drawn, Order, OrderedCommit, Scene } from './model.ts';
import { demandSeenHolds } from './seen.ts';
import { environmentsOf, mostRecords, orderMessage, stillRecord, stillRelease } from './subject.ts';

export interface LiftOrder extends Order {
  readonly scope: HoldScope;
}

/**
 * Ends holds where they are written, and with a policy also what was rejected by taking it back (product.md, 6.2 and 6.3): the record of
 * the lift tells later runs to begin anew. Asks no registry.
 */
export async function drawLift(order: LiftOrder, scene: Scene): Promise<Drawn> {
  demandReadableHolds(scene);
  const [policy, ...others] = order.scope.policies;
  if (others.length > 0) throw new Failure('usage', 'Lift one policy at a time.');
  if (policy === undefined || isWrittenOnly(policy, order, scene)) return liftEntries(order, scene);
  return liftPolicy(policy, order, scene);
}

/** Whether an entry holds exactly this, and no field: its policy may be gone, or not be in that environment. */
function isWrittenOnly(policy: string, { scope }: LiftOrder, scene: Scene): boolean {
  const { bindings, holds } = scene.prepared;
  const isBound = bindings.some(
    (binding) =>
      binding.policy.name === policy &&
      (scope.environments.length === 0 ||
        environmentsOf(scene, binding).some((name) => scope.environments.includes(name))),
  );
  return !isBound && holds.entries.some((entry) => isSame(entry.scope, scope));
}

/** Entries of the file that hold exactly this. */
async function liftEntries(order: LiftOrder, scene: Scene): Promise<Drawn> {
  const { scope } = order;
  const files = new LiftedFiles(scene);
  const matching = scene.prepared.holds.entries.filter((entry) => isSame(entry.scope, scope));
  if (matching.length === 0) {
    const none = `No entry of ${holdsPath} holds exactly ${describeScope(scope)}.`;
    return { commits: [], notes: [none, ...otherEntries(scope, scene)] };
  }
  for (const entry of matching.toReversed()) await files.edit(holdsPath, (text) => dropHold(text, entry));
  const bound = scene.prepared.bindings.filter((binding) => holdsField(scope, binding, scene.environmentOf));
  // A record would lift what was taken back there as well, and nobody asked for that. Without an order it would forget what lies between two versions, too.
  const rejected = new Set(await rejectedOf(bound, scene));
  const told = bound.filter((binding) => !rejected.has(binding) && isTold(binding.policy));
  const names = [...new Set([...rejected].map(({ policy }) => policy.name))];
  const notes = names.map(
    (name) =>
      `What was taken back of ${name} stays rejected; to let it be released again: tallyman lift ${name}`,
  );
  return { commits: commitsOf(describeScope(scope), [], told, order, scene, files), notes };
}

/** Those that name some of it. */
function otherEntries(scope: HoldScope, { prepared }: Scene): readonly string[] {
  const lists = ['policies', 'groups', 'paths', 'environments'] as const;
  const some = prepared.holds.entries.filter((entry) =>
    lists.some((list) => entry.scope[list].some((name) => scope[list].includes(name))),
  );
  return some.slice(0, 5).map(({ place, scope: held, hold }) => {
    return `${formatPlace(place)} holds ${describeScope(held)} (${hold.reason}); to lift that: ${liftCommand(held)}`;
  });
}

async function liftPolicy(name: string, order: LiftOrder, scene: Scene): Promise<Drawn> {
  const { environments } = order.scope;
  const bound = boundInAny(name, environments, scene);
  demandSeenHolds(liftCommand(order.scope), bound, scene);
  const files = new LiftedFiles(scene);
  await liftFromFile(name, bound, order, scene, files);
  await liftFromPolicy(name, bound, environments, files);
  const others = await liftFromWorkloads(bound, order, scene, files);
  const rejected = await rejectedOf(bound, scene);
  // A record would let it be released again in an environment that nobody spoke of.
  const kept = rejected.filter((binding) => outside(environmentsOf(scene, binding), environments).length > 0);
  const told = bound.filter((binding) => !kept.includes(binding));
  const isLifted = rejected.length > kept.length || !files.isEmpty;
  const keptNotes = kept.map((binding) => keptNote(binding, environments, scene));
  if (!isLifted) {
    const nothing = `${name} is not held, and nothing of it is rejected: there is nothing to lift.`;
    return { commits: [], notes: keptNotes.length > 0 ? keptNotes : [nothing] };
  }
  const lines = rejected.length === kept.length ? [] : ['What was taken back before may be released again.'];
  const notes = [...lines, ...others, ...keptNotes];
  return { commits: commitsOf(name, lines, told, order, scene, files), notes };
}

function keptNote(binding: Binding, asked: readonly string[], scene: Scene): string {
  const others = outside(environmentsOf(scene, binding), asked).join(' and ');
  return `What was taken back at ${formatPlace(binding.place)} stays rejected, since that field is deployed in ${others} as well; to let it be released again: tallyman lift ${binding.policy.name}`;
}

/** The policy's name out of every entry that holds it by name. What holds more than it asks for is not lifted for it. */
async function liftFromFile(
  name: string,
  bound: readonly Binding[],
  { scope: { environments } }: LiftOrder,
  scene: Scene,
  files: LiftedFiles,
): Promise<void> {
  const covering = scene.prepared.holds.entries.filter(({ scope }) =>
    bound.some((binding) => holdsField(scope, binding, scene.environmentOf)),
  );
  for (const entry of covering.toReversed()) {
    const { scope, hold } = entry;
    // A hold of another environment on a field that is in both stays, and was not asked about.
    const isElsewhere = outside(scope.environments, environments).length === scope.environments.length;
    if (environments.length > 0 && scope.environments.length > 0 && isElsewhere) continue;
    const isWider =
      environments.length > 0 &&
      (scope.environments.length === 0 || scope.environments.some((one) => !environments.includes(one)));
    if (!scope.policies.includes(name) || isWider) {
      // What is over holds nothing, and is somebody else's to take away.
      if (hold.until !== undefined && hold.until <= scene.now) continue;
      throw wider(name, entry);
    }
    await files.edit(holdsPath, (text) => {
      const present = parseHolds(text).entries[entry.index] ?? entry;
      return scope.policies.length === 1
        ? dropHold(text, present)
        : dropHeldName(text, present, 'policies', name);
    });
  }
}

function wider(name: string, { place, scope, hold }: HoldEntry): Failure {
  return new Failure(
    'invalid-input',
    `${name} is held by ${formatPlace(place)} (${hold.reason}), which holds more than was asked for. Lift all of it with: ${liftCommand(scope)}`,
    place,
  );
}

function liftCommand(scope: HoldScope): string {
  const options = [
    ...scope.policies,
    ...scope.groups.map((group) => `--group ${group}`),
    ...scope.paths.map((path) => `--path '${path}'`),
    ...scope.environments.map((environment) => `--environment ${environment}`),
  ];
  return `tallyman lift ${options.join(' ')}`;
}

/** The `hold:` of the policy's own file; it holds in every environment. */
async function liftFromPolicy(
  name: string,
  bound: readonly Binding[],
  environments: readonly string[],
  files: LiftedFiles,
): Promise<void> {
  const policy = bound[0]?.policy;
  if (policy?.hold === undefined || policy.dialect !== 'tallyman') return;
  if (environments.length > 0) {
    throw new Failure(
      'invalid-input',
      `${formatPlace(policy.place)} holds ${name} in every environment: lift it without --environment.`,
      policy.place,
    );
  }
  await files.drop(policy.place.file, (text) => dropPolicyHold(text, name), 'hold');
}

/** The annotations of the workloads; they hold every field there. @returns what people should know of it */
async function liftFromWorkloads(
  bound: readonly Binding[],
  { scope: { environments } }: LiftOrder,
  scene: Scene,
  files: LiftedFiles,
): Promise<readonly string[]> {
  const { prepared } = scene;
  const byFile = Map.groupBy(prepared.bindings, ({ file }) => file);
  const notes = new Set<string>();
  const lifted = new Set<string>();
  const written = new Set(prepared.holds.entries.map(({ hold }) => hold));
  for (const binding of bound) {
    const { file, field, policy } = binding;
    // The number of the document, where there are several, is no part of the pointer in it.
    const pointer = field.pointer.replace(/^\d+(?=\/)/, '');
    const isGone = await files.drop(file, (text) => dropWorkloadHold(text, field.document, pointer), 'hold');
    const workload = `${field.claim} ${file}`;
    const other = binding.holds.find((hold) => !written.has(hold));
    if (!isGone && other !== undefined && !lifted.has(workload)) {
      throw new Failure(
        'invalid-input',
        `The workload of ${formatPlace(binding.place)} has its hold (${other.reason}) by an alias or a merge key. Take it away by hand.`,
        binding.place,
      );
    }
    lifted.add(workload);
    if (!isGone) continue;
    const elsewhere = outside(environmentsOf(scene, binding), environments);
    if (elsewhere.length > 0) {
      throw new Failure(
        'invalid-input',
        `The annotation in ${file} holds ${policy.name} in ${elsewhere.join(' and ')} as well: lift it without --environment.`,
        binding.place,
      );
    }
    const beside = (byFile.get(file) ?? []).filter((other) => isBeside(other.field, field));
    const names = new Set(beside.map((other): string => other.policy.name));
    names.delete(policy.name);
    if (names.size > 0)
      notes.add(
        `The annotation in ${file} held ${[...names].join(', ')} as well; it is not held by it any more.`,
      );
  }
  return [...notes];
}

/** Whether the annotations of one workload speak for both. */
function isBeside(a: Binding['field'], b: Binding['field']): boolean {
  return a.document === b.document && a.claim !== undefined && a.claim === b.claim;
}

async function rejectedOf(bound: readonly Binding[], scene: Scene): Promise<readonly Binding[]> {
  const elsewhere = async (name: string): Promise<Source | undefined> =>
    scene.ports.neighbour?.(name, scene.signal);
  const here = { value: scene.prepared, history: scene.history };
  const promotions = new Promotions({ self: scene.settings.repository, here, elsewhere, now: scene.now });
  const rejected: Binding[] = [];
  for (const binding of bound) {
    const isKept = (await scene.history.rival(binding)) !== undefined;
    if (isKept || (await isRejected(binding, scene, promotions))) rejected.push(binding);
  }
  return rejected;
}

/** By the policy's own order; a tag list is not needed for it. */
async function isRejected(
  binding: Binding,
  { history, now }: Scene,
  promotions: Promotions,
): Promise<boolean> {
  const held = currentOf(binding);
  const current = isDigestAlone(held) ? nameDigest(held, await history.names(binding)) : held;
  const past = await history.past(binding);
  if (past.length === 0) return false;
  const { rule } = binding.policy;
  const promotion = rule.kind === 'promote' ? await promotions.facts(rule, current, past, true) : undefined;
  // Without the source nobody knows the order; that it was left for what stood there before is enough.
  if (promotion !== undefined && Object.keys(promotion.ranks).length === 0)
    return leftBehind(current, [current, ...past]).length > 0;
  const facts = { tags: [], created: {}, digests: {} };
  const policy = { ...binding.policy, onRevert: 'hold' as const };
  const known = { past: [current, ...past], holds: [], promotion };
  const input = { policy, current, ...known, wantsDigest: false, now: () => now, facts };
  const step = decide({ ...input, offline: true });
  return 'decision' in step && step.decision.gates.some(({ gate }) => gate === 'reverted');
}

/** One commit, and more without changes where one cannot hold all records: each is believed by itself. */
function commitsOf(
  title: string,
  lines: readonly string[],
  bound: readonly Binding[],
  { reason, author }: Order,
  scene: Scene,
  files: LiftedFiles,
): OrderedCommit[] {
  const parts: (readonly Binding[])[] = [];
  for (let at = 0; at < bound.length || at === 0; at += mostRecords)
    parts.push(bound.slice(at, at + mostRecords));
  return parts.map((part, index) => {
    const records = part.map((binding) => stillRecord(scene, binding, 'lift'));
    const message = orderMessage('lift', title, reason, lines, records);
    const changes = index === 0 ? files.changes : [];
    return {
      title,
      releases: part.map((binding) => stillRelease(scene, binding, reason)),
      diff: index === 0 ? files.diff : '',
      message,
      draft: { changes, message, author },
    };
  });
}
