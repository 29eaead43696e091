import type { Binding } from '../bindings/model.ts';
import { wantsDigest } from '../bindings/edits/digest-demand.ts';
import { asFailure, Failure } from '../core/failure.ts';
import type { Digest } from '../image/digest.ts';
import { parseRepository, type Repository } from '../image/reference.ts';
import type { Current, Decision, DecisionInput, EnvironmentState } from '../policy/election/decision.ts';
import { markOrder } from '../policy/election/mark-order.ts';
import type { Policy } from '../policy/model.ts';
import { isTold } from '../policy/election/rank-tags.ts';
import type { BranchHistory } from './past/branch-history.ts';
import { AgeEvidence } from './ages/age-evidence.ts';
import { mapLimited } from './concurrency.ts';
import { elect } from './elect.ts';
import { KeptElections } from './kept-elections.ts';
import { pinnedBy } from './past/pinned-by.ts';
import { isDigestAlone } from './past/record-holds.ts';
import { nameDigests } from './name-digests.ts';
import { ImageLookup } from './image-facts.ts';
import type { ScanPorts } from './ports.ts';
import type { Promotions } from './promotion/promotion.ts';
import type { Scans } from './scan.ts';

/** What was decided for one binding, or why nothing could be. */
export type Ruling =
  | { readonly binding: Binding; readonly decision: Decision }
  | { readonly binding: Binding; readonly failure: Failure };

export interface RuleContext {
  readonly scans: Scans;
  readonly ports: ScanPorts;
  /** `undefined` where there is no history to read (`--dir`). */
  readonly history: BranchHistory | undefined;
  readonly now: number;
  /** The environment of a file. */
  readonly environmentOf: (file: string) => EnvironmentState | undefined;
  /** What `promote` policies take. */
  readonly promotions: Promotions;
  /** What runs before this one elected. Default: nothing. */
  readonly kept?: KeptElections | undefined;
  /** Images that are asked about at the same time. */
  readonly concurrency: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Decides every binding. History is only read for a field that would move: it can stop a release, never cause one. A failure concerns all bindings of
 * its image: nothing is elected from half of the answers.
 */
export class Ruler {
  readonly #context: RuleContext;
  readonly #lookups = new Map<Repository, ImageLookup | Failure>();
  readonly #decisions = new Map<string, Decision>();
  readonly #kept: KeptElections;
  readonly #evidence: AgeEvidence;

  constructor(context: RuleContext) {
    this.#context = context;
    this.#kept = context.kept ?? new KeptElections();
    const recorded = async (digest: Digest) => context.history?.recordedAt(digest);
    this.#evidence = new AgeEvidence(context.ports.state, context.now, recorded);
  }

  /** Whether `minAge` has nothing older than this run to go by. */
  async hasNoEvidence(): Promise<boolean> {
    return this.#evidence.isNew();
  }

  async ruleAll(bindings: readonly Binding[]): Promise<Ruling[]> {
    const settled = bindings.map((binding) => this.#settled(binding));
    const open = bindings.filter((_, index) => settled[index] === undefined);
    const ruled = new Map<Binding, Ruling>();
    const byImage = Map.groupBy(open, ({ policy }) => policy.image.repository);
    // Images at the same time, the bindings of one image in turn: what was asked for one serves the next.
    await mapLimited([...byImage.values()], this.#context.concurrency, async (group) => {
      for (const binding of group) ruled.set(binding, await this.#rule(binding));
    });
    const rulings: Ruling[] = [];
    for (const [index, binding] of bindings.entries()) {
      const ruling = settled[index] ?? ruled.get(binding);
      if (ruling !== undefined) rulings.push(this.#overrule(ruling));
    }
    return rulings;
  }

  /** The lookup of an image, with what was asked so far. */
  lookup(image: Repository): ImageLookup | Failure {
    const known = this.#lookups.get(image);
    if (known !== undefined) return known;
    const scan = this.#context.scans.get(image);
    const { ports, signal } = this.#context;
    const made =
      scan === undefined
        ? new Failure('internal', `${image} was not scanned.`)
        : 'failure' in scan
          ? scan.failure
          : new ImageLookup(image, scan.tags, ports, this.#evidence, signal);
    this.#lookups.set(image, made);
    return made;
  }

  /** The ruling on a field that the list of tags leaves where it is; `undefined` for all that takes longer, or fails. */
  #settled(binding: Binding): Ruling | undefined {
    try {
      const decision = this.#fromTags(binding);
      return decision === undefined || wouldMove(decision, binding) ? undefined : { binding, decision };
    } catch {
      return undefined; // it fails once more where it is told of, for its image
    }
  }

  async #rule(binding: Binding): Promise<Ruling> {
    const image = binding.policy.image.repository;
    const lookup = this.lookup(image);
    if (lookup instanceof Failure) return { binding, failure: lookup };
    try {
      return { binding, decision: await this.#decide(binding, lookup) };
    } catch (error) {
      const failure = asFailure(error);
      this.#lookups.set(image, failure);
      return { binding, failure };
    }
  }

  /** An image that failed later elects nothing for the bindings that were decided before. */
  #overrule(ruling: Ruling): Ruling {
    const lookup = this.#lookups.get(ruling.binding.policy.image.repository);
    return lookup instanceof Failure ? { binding: ruling.binding, failure: lookup } : ruling;
  }

  async #decide(binding: Binding, lookup: ImageLookup): Promise<Decision> {
    const current = currentOf(binding);
    const asked = { past: [current], wantsDigest: wantsDigest(binding) };
    const first = this.#fromTags(binding) ?? (await this.#elect(binding, lookup, asked));
    const { history } = this.#context;
    if (!wouldMove(first, binding)) return first;
    const order = isDigestAlone(current) ? undefined : markOrder(binding.policy, current.tag);
    const held = (await history?.past(binding, order)) ?? [];
    const named = await nameDigests([current, ...held], first, { binding, history, lookup });
    let known = { past: named, current: named[0] ?? current, wantsDigest: true };
    let decision = await this.#elect(binding, lookup, known);
    if (!wouldMove(decision, binding)) return decision;
    const rival = await history?.rival(binding);
    if (rival !== undefined) return this.#elect(binding, lookup, { ...known, rival });
    if (decision.adopts === true && (await history?.isOlder(binding)) === true)
      return this.#elect(binding, lookup, { ...known, isForgotten: true });
    // A lift forgets what was taken back, not that the policy's own stood there: what a person chose since is no placeholder.
    const lifted = decision.adopts === true ? ((await history?.lifted(binding)) ?? []) : [];
    if (lifted.length > 0) {
      known = { ...known, past: [...named, ...lifted] };
      decision = await this.#elect(binding, lookup, known);
    }
    const isPinned = decision.gates.some(({ gate }) => gate === 'pinned');
    const origin = isPinned ? await history?.origins.of(binding) : undefined;
    if (origin === undefined) return decision;
    return this.#elect(binding, lookup, { ...known, pinnedBy: pinnedBy(origin) });
  }

  /** What the list of tags alone decides, with nothing known of any image; `undefined` where something must be asked. */
  #fromTags(binding: Binding): Decision | undefined {
    const { policy, file } = binding;
    const scan = this.#context.scans.get(policy.image.repository);
    if (scan === undefined || 'failure' in scan || !isTold(policy) || wantsDigest(binding)) return undefined;
    const environment = this.#context.environmentOf(file);
    const current = currentOf(binding);
    return this.#kept.decide({ binding, environment, tags: scan.tags }, this.#context.now, () =>
      keyOf(binding, { past: [current], wantsDigest: false }, current, environment),
    );
  }

  /** Fields of one policy that hold the same are decided once. */
  async #elect(
    binding: Binding,
    lookup: ImageLookup,
    known: Known & {
      /** Default: as the field has it. */
      readonly current?: Current;
    },
  ): Promise<Decision> {
    const { policy, holds } = binding;
    const { current = currentOf(binding) } = known;
    const environment = this.#context.environmentOf(binding.file);
    const key = keyOf(binding, known, current, environment);
    const decided = this.#decisions.get(key);
    if (decided !== undefined) return decided;
    const { now, promotions } = this.#context;
    const { rule } = policy;
    const promotion = rule.kind === 'promote' ? await promotions.facts(rule, current, known.past) : undefined;
    const input = { policy, holds, environment, now: () => now, promotion, ...known, current };
    const decision = await elect(input, lookup, this.#kept.readings);
    this.#decisions.set(key, decision);
    return decision;
  }
}

/** What an election is given beside a field and its policy. */
type Known = Pick<DecisionInput, 'past' | 'wantsDigest' | 'pinnedBy' | 'rival' | 'isForgotten'>;

/** Within one run, elections of the same key have the same answer. */
function keyOf(
  { policy, holds }: Binding,
  known: Known,
  current: Current,
  environment: EnvironmentState | undefined,
): string {
  const { name, place } = policy;
  return JSON.stringify([name, place, terms(policy), known, current, holds, environment?.name]);
}

/** What a workload's annotations may have tightened: two bindings of one policy may differ in it. */
function terms({ digest, platforms, minAge, onRevert }: Policy): readonly unknown[] {
  return [digest, platforms, minAge, onRevert];
}

export function currentOf(binding: Binding): Current {
  return { tag: binding.field.tag ?? null, digest: binding.field.digest ?? null };
}

/**
 * Whether a decision changes what the field holds, gates aside. A digest is written only with a tag change, unless the kind is
 * `digest` (product.md, 3), or where the policy pins and none stands there yet.
 */
export function wouldMove(decision: Decision, binding: Binding): boolean {
  if (decision.elected === null) return false;
  // As the field has it; where a digest stands alone, with the tag that a record or the registry tells.
  const { current } = decision;
  const { scope, field, policy } = binding;
  if (scope === 'name') return parseRepository(field.name ?? '')?.repository !== policy.image.repository;
  // Where only a digest stands, it is all that can tell whether the field holds what was elected.
  if (current.tag === null && current.digest !== null) return isOther(decision.digest, current.digest);
  if (decision.elected !== current.tag) return true;
  if (!isOther(decision.digest, current.digest)) return false;
  return (
    binding.policy.rule.kind === 'digest' ||
    (binding.policy.digest === 'pin' && current.digest === null && wantsDigest(binding))
  );
}

function isOther(digest: string | null, current: string | null): boolean {
  return digest !== null && digest !== current;
}
