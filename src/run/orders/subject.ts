import { Failure } from '../../core/failure.ts';
import { didYouMean } from '../../core/nearest.ts';
import type { Binding } from '../../bindings/model.ts';
import type { Intent, ReleaseRecord } from '../../release/model.ts';
import { environmentNames } from '../../release/environment-name.ts';
import { serviceName } from '../../release/history.ts';
import { oneLine, shorten } from '../../release/text.ts';
import { withRecords } from '../../release/message.ts';
import { currentOf } from '../rule.ts';
import type { FieldRelease } from '../events.ts';
import type { Scene } from './model.ts';

/** More records would make a commit that nobody reads (product.md, 5). */
export const mostRecords = 100;

/**
 * The bindings of a policy.
 * @throws Failure `invalid-input` where there is no policy of that name, or it binds nothing
 */
export function bindingsOf({ prepared, snapshot }: Scene, name: string): readonly Binding[] {
  const found = prepared.bindings.filter(({ policy }) => policy.name === name);
  if (found.length > 0) return found;
  const names: readonly string[] = prepared.policies.map((policy) => policy.name);
  if (names.includes(name)) {
    const why = prepared.problems.find(({ policy }) => policy === name)?.message;
    throw new Failure(
      'invalid-input',
      `The policy ${name} binds no image field on ${snapshot.branch}${why === undefined ? '' : `: ${why}`}.`,
    );
  }
  const broken = prepared.problems.find(({ policy }) => policy === name);
  if (broken !== undefined)
    throw new Failure('invalid-input', `The policy ${name} cannot be used: ${broken.message}`, broken);
  const hint = didYouMean(name, names) || '; "tallyman lint" lists the policies';
  throw new Failure('invalid-input', `There is no policy "${name}" on ${snapshot.branch}${hint}.`);
}

/** The record of a field that stays as it is. */
export function stillRecord(scene: Scene, binding: Binding, intent: Intent): ReleaseRecord {
  const { tag, digest } = currentOf(binding);
  const value = { from: tag ?? '', fromDigest: digest ?? '', to: tag ?? '', digest: digest ?? '' };
  return {
    branch: scene.snapshot.branch,
    env: environmentName(scene, binding),
    policy: binding.policy.name,
    field: binding.key,
    image: binding.policy.image.spelled,
    ...value,
    revision: '',
    intent,
  };
}

/** The environment that a record of the field names, `prod+staging` for one of several; empty: it is in none. */
function environmentName({ environmentOf }: Scene, { file }: Binding): string {
  return environmentOf(file)?.name ?? '';
}

/** Every environment that a field is deployed in. */
export function environmentsOf(scene: Scene, binding: Binding): readonly string[] {
  return environmentNames(environmentName(scene, binding));
}

/** The same, as plans and events tell it. */
export function stillRelease(scene: Scene, binding: Binding, reason: string): FieldRelease {
  const record = stillRecord(scene, binding, 'hold');
  const { policy, env, field, image, from, fromDigest, to, digest } = record;
  const service = binding.policy.service ?? serviceName(policy, env);
  const { file, place } = binding;
  return {
    policy,
    service,
    environment: env,
    field,
    file,
    line: place.line,
    image,
    from,
    fromDigest,
    to,
    digest,
    reason,
  };
}

/** `hold(web): reason`, the reason in full where it was cut, further lines, and the records. */
export function orderMessage(
  verb: string,
  title: string,
  reason: string,
  lines: readonly string[],
  records: readonly ReleaseRecord[],
): string {
  const whole = oneLine(reason, 1000);
  const start = `${verb}(${oneLine(title, 48)}): `;
  const subject = shorten(start + whole, 72);
  const body = [...(subject === start + whole ? [] : [whole]), ...lines.map((line) => oneLine(line))];
  return withRecords([subject, ...(body.length > 0 ? ['', ...body] : [])].join('\n'), records);
}
