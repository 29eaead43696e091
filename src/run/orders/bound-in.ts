import type { Binding } from '../../bindings/model.ts';
import { Failure } from '../../core/failure.ts';
import { didYouMean } from '../../core/nearest.ts';
import { formatPlace } from '../../core/position.ts';
import { environmentNames, joinEnvironmentNames } from '../../release/environment-name.ts';
import type { Scene } from './model.ts';
import { bindingsOf, environmentsOf } from './subject.ts';

/**
 * The fields of a policy that an order moves: all, or those of an environment. Several are named as records name them (`prod+staging`), and a field that
 * kustomize takes to more than was named is not moved behind the backs of the others.
 * @throws Failure `invalid-input` where there are none, or where one is in another environment as well
 */
export function boundIn(policy: string, environment: string | undefined, scene: Scene): readonly Binding[] {
  if (environment === undefined) return bindingsOf(scene, policy);
  const asked = environmentNames(environment);
  const bound = boundInAny(policy, asked, scene);
  for (const binding of bound) {
    const all = environmentsOf(scene, binding);
    const others = outside(all, asked);
    if (others.length === 0) continue;
    const both = joinEnvironmentNames([...new Set([...asked, ...all])]);
    throw new Failure(
      'invalid-input',
      `The field at ${formatPlace(binding.place)} is deployed in ${others.join(' and ')} as well and would move there too; to move it in all of them: --environment ${both}`,
      binding.place,
    );
  }
  return bound;
}

/**
 * The fields of a policy that are in one of the environments, whatever others they are in.
 * @param asked none: in all
 * @throws Failure `invalid-input` where there are none
 */
export function boundInAny(policy: string, asked: readonly string[], scene: Scene): readonly Binding[] {
  const all = bindingsOf(scene, policy);
  if (asked.length === 0) return all;
  const bound = all.filter((binding) => environmentsOf(scene, binding).some((name) => asked.includes(name)));
  if (bound.length > 0) return bound;
  const named = all.map((binding) => environmentsOf(scene, binding));
  const there = [...new Set(named.flat())];
  const places = [...there, ...(named.some((names) => names.length === 0) ? ['none'] : [])].join(', ');
  const hint = asked.length === 1 ? didYouMean(asked[0] ?? '', there) : '';
  throw new Failure(
    'invalid-input',
    `${policy} binds no image field in the environment "${asked.join('" or "')}"${hint}; its fields are in ${places}.`,
  );
}

/** Those of a field's environments that were not asked for. */
export function outside(all: readonly string[], asked: readonly string[]): readonly string[] {
  return asked.length === 0 ? [] : all.filter((name) => !asked.includes(name));
}
