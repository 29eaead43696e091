import { serviceName } from '../../release/history.ts';
import type { FieldRelease } from '../events.ts';
import type { Move } from './moves.ts';

export type EnvironmentOf = (file: string) => { readonly name: string } | undefined;

/** What a move does to its field, as events, plans and records tell it. */
export function fieldRelease(
  { binding, decision, tag, digest }: Move,
  environmentOf: EnvironmentOf,
): FieldRelease {
  const environment = environmentOf(binding.file)?.name ?? '';
  return {
    policy: binding.policy.name,
    service: binding.policy.service ?? serviceName(binding.policy.name, environment),
    environment,
    field: binding.key,
    file: binding.file,
    line: binding.place.line,
    image: binding.policy.image.spelled,
    from: decision.current.tag ?? '',
    fromDigest: decision.current.digest ?? '',
    to: tag ?? '',
    digest: digest ?? '',
    reason: decision.reason,
  };
}
