import type { Place } from '../core/position.ts';
import { parseRepository, type RepositoryName } from '../image/reference.ts';
import type { Policy, Rule } from '../policy/model.ts';
import { annotationPolicy } from '../policy/document/shorthand.ts';
import type { ForeignDialect } from './model.ts';

/** What a dialect says beyond image and rule. */
export type PolicyDetail = Partial<
  Pick<
    Policy,
    | 'namespace'
    | 'filter'
    | 'exclude'
    | 'excludePatterns'
    | 'digest'
    | 'platforms'
    | 'hold'
    | 'allowDowngrade'
    | 'otherFiles'
  >
>;

/** A policy of another tool in our form: everything that it does not say has the default of product.md, 2.1. */
export function makePolicy(
  dialect: ForeignDialect,
  name: string,
  place: Place,
  image: RepositoryName,
  rule: Rule,
  detail: PolicyDetail = {},
): Policy {
  const { file, line, column } = place;
  return { ...annotationPolicy(name, { file, line, column }, image, rule), ...detail, dialect };
}

/** The repository of a field, where its name can be read. */
export function imageOf(name: string | undefined): RepositoryName | undefined {
  return name === undefined ? undefined : parseRepository(name);
}
