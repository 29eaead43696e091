import type { Decision } from '../policy/election/decision.ts';

/** What was elected and why, as it stands in a JSON document (product.md, 10). */
export function decisionJson(decision: Decision): Readonly<Record<string, unknown>> {
  const { elected, digest, reason, considered, dropped, gates } = decision;
  return { elected, digest, reason, considered, dropped, gates };
}
