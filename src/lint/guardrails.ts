import type { Binding } from '../bindings/model.ts';
import type { Place } from '../core/position.ts';
import type { Advice } from '../core/problem.ts';
import type { EnvironmentState } from '../policy/election/decision.ts';

export interface Covering extends Pick<EnvironmentState, 'name' | 'freezes'> {
  readonly covers: (path: string) => boolean;
  /** Where tallyman.yaml names it. */
  readonly place?: Place | undefined;
  readonly rules?:
    (EnvironmentState['rules'] & { readonly maxReleasesPerRun?: number | undefined }) | undefined;
}

/** Policies with a field in no environment, although there are environments: no guardrail holds there (product.md, 2.5). */
export function withoutGuardrails(bindings: readonly Binding[], environments: readonly Covering[]): Advice[] {
  if (environments.length === 0) return [];
  const bare = bindings.filter(
    // Kustomize takes a base to environments whose paths do not cover it: their rules count.
    ({ file, reaches = [] }) => reaches.length === 0 && !environments.some(({ covers }) => covers(file)),
  );
  const byPolicy = Map.groupBy(bare, ({ policy: { name } }) => name);
  return [...byPolicy].map(([policy, fields]) => {
    const [first] = fields;
    const place = first?.place;
    const more = fields.length > 1 ? `, and ${fields.length - 1} more of its fields` : '';
    const names = environments.map(({ name }) => name).join(', ');
    const message = `No environment of tallyman.yaml covers this field${more}, so no guardrail holds for the policy ${policy} there. Add its path to one of ${names}, or name an environment for it.`;
    return { code: 'no-guardrails', ...place, message, policy };
  });
}

/**
 * Environments with guardrails that do not count for fields in their paths: a field belongs to the first environment that holds its file, and
 * another one comes before.
 */
export function outrunGuardrails(bindings: readonly Binding[], environments: readonly Covering[]): Advice[] {
  const files = new Set(bindings.map(({ file }) => file));
  return environments.filter(isGuarded).flatMap((environment) => {
    const { name, covers, place } = environment;
    const owners = [...files].flatMap((file) => {
      const owner = covers(file) ? environments.find((one) => one.covers(file)) : undefined;
      return owner === undefined || owner === environment ? [] : [owner.name];
    });
    if (owners.length === 0) return [];
    const first = [...new Set(owners)].join(', ');
    const many =
      owners.length === 1 ? '1 file with image fields' : `${owners.length} files with image fields`;
    const message = `The guardrails of ${name} do not count in ${many} of its paths, which belong to ${first}: of the environments that hold a file, the first by order counts. Give ${name} a smaller order, or narrow the paths of ${first}.`;
    return [{ code: 'no-guardrails' as const, ...place, message }];
  });
}

/** Environments that by their name are production, in which nothing but the policies says what is released. */
export function bareProduction(environments: readonly Covering[]): Advice[] {
  return environments.filter(isBareProduction).map(({ name, place }) => {
    const message = `The environment ${name} looks like production, and has neither rules nor freezes: whatever a policy elects is released there at once. Give it rules, such as {tags: "^v?[0-9.]+$", minAge: 24h}, which no policy can loosen.`;
    return { code: 'no-guardrails', ...place, message };
  });
}

function isBareProduction(environment: Covering): boolean {
  return !isGuarded(environment) && isProduction(environment.name);
}

function isGuarded({ rules = {}, freezes }: Covering): boolean {
  const { tags, minAge = 0, mode, verify, maxReleasesPerRun } = rules;
  const hasRules =
    tags !== undefined ||
    minAge > 0 ||
    mode === 'pullRequest' ||
    verify !== undefined ||
    maxReleasesPerRun !== undefined;
  return hasRules || freezes.length > 0;
}

const production = /^(?:prod|production|prd|live)\d*$/;
const opposites = new Set(['non', 'not', 'no', 'pre']);

/** `prod`, `eu-production`, `live2`; but not `pre-prod`, nor `products`. */
function isProduction(name: string): boolean {
  const words = name.toLowerCase().split(/[-_.]/);
  return words.some((word, index) => production.test(word) && !opposites.has(words[index - 1] ?? ''));
}
