import type { Digest } from '../../src/image/digest.ts';
import { parseRepository } from '../../src/image/reference.ts';
import type { Tag } from '../../src/image/tag.ts';
import { decide } from '../../src/policy/election/decide.ts';
import type { Current, Decision, DecisionInput } from '../../src/policy/election/decision.ts';
import type { Guardrails } from '../../src/policy/election/guardrails.ts';
import type { Policy } from '../../src/policy/model.ts';
import { annotationPolicy, parseShorthand } from '../../src/policy/document/shorthand.ts';

export interface Scene {
  /** As in an annotation: `semver:~1.4`. */
  readonly rule: string;
  readonly policy?: Partial<Policy>;
  readonly tags?: readonly string[];
  /** Creation times; `undefined` in the map is not known yet. */
  readonly created?: Readonly<Record<string, number | null>>;
  readonly digests?: Readonly<Record<string, string | null>>;
  /** `tag` or `tag@digest`. */
  readonly current?: string;
  /** Newest first; default: the current value alone. */
  readonly past?: readonly string[];
  readonly more?: Partial<DecisionInput>;
}

export const now = Date.UTC(2026, 10, 21);

export function policyOf(rule: string, change: Partial<Policy> = {}): Policy {
  const read = parseShorthand(rule);
  const image = parseRepository('ghcr.io/acme/web');
  if (!('rule' in read) || image === undefined) throw new Error(`${rule} is no rule`);
  return {
    ...annotationPolicy('web', { file: 'web.yaml', line: 1, column: 1 }, image, read.rule),
    ...change,
  };
}

export function inputOf(scene: Scene): DecisionInput {
  const current = valueOf(scene.current);
  const past = scene.past?.map((text) => valueOf(text)) ?? (scene.current === undefined ? [] : [current]);
  return {
    policy: policyOf(scene.rule, scene.policy),
    current,
    facts: {
      tags: (scene.tags ?? []) as readonly Tag[],
      created: scene.created ?? {},
      digests: (scene.digests ?? {}) as Readonly<Record<string, Digest | null>>,
    },
    past,
    holds: [],
    wantsDigest: false,
    now: () => now,
    ...scene.more,
  };
}

/** The scene in the environment `prod` with rules. */
export function under(rules: Guardrails, { more, ...scene }: Scene): Scene {
  return { ...scene, more: { ...more, environment: { name: 'prod', paused: false, freezes: [], rules } } };
}

export function decided(scene: Scene): Decision {
  const step = decide(inputOf(scene));
  if ('needs' in step) throw new Error(`more is needed: ${JSON.stringify(step.needs)}`);
  return step.decision;
}

/** `tag:rule` of each dropped tag, in the trace's order. */
export function drops(decision: Decision): readonly string[] {
  return decision.dropped.map(({ tag, rule }) => `${tag}:${rule}`);
}

export function gateNamesOf(decision: Decision): readonly string[] {
  return decision.gates.map(({ gate }) => gate);
}

function valueOf(text: string | undefined): Current {
  if (text === undefined) return { tag: null, digest: null };
  const [tag = '', digest] = text.split('@');
  return { tag, digest: digest ?? null };
}
