import type { Binding } from '../bindings/model.ts';
import type { Advice } from '../core/problem.ts';

/** Policies with a field in no environment, although there are environments: no guardrail holds there (product.md, 2.5). */
export function withoutGuardrails(bindings: readonly Binding[], environments: readonly Covering[]): Advice[] {
  if (environments.length === 0) return [];
  const bare = bindings.filter(({ file }) => !environments.some(({ covers }) => covers(file)));
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

export interface Covering {
  readonly name: string;
  readonly covers: (path: string) => boolean;
}
