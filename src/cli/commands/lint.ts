import type { Binding } from '../../bindings/model.ts';
import { compareProblems } from '../../core/problem.ts';
import { advise } from '../../lint/advise.ts';
import { FactsCache } from '../../run/prepare/facts-cache.ts';
import { unmetGuardrails } from '../../run/guardrail-problems.ts';
import { pathFilter } from '../../run/prepare/path-filter.ts';
import { environments } from '../../run/prepare/environments.ts';
import { prepare, type Prepared } from '../../run/prepare/prepare.ts';
import { describeRule } from '../../policy/election/describe.ts';
import type { Policy } from '../../policy/model.ts';
import type { Answer } from '../answer.ts';
import type { CliContext } from '../context.ts';
import { directoryInterval, directorySettings, openDirectory, optionalConfig } from '../directory.ts';
import { lintedFiles } from '../lint-files.ts';
import { adviceLines, count, problemLines } from '../problems.ts';
import type { ConfigOptions } from '../session.ts';

export interface LintOptions extends ConfigOptions {
  readonly dir: string;
  /** What ends it with exit code 1. */
  readonly failOn: 'problems' | 'advice';
}

/** `tallyman lint`: every policy, annotation and marker of a checkout, accounted for, and advice. Asks nobody. */
export async function lintCommand(options: LintOptions, context: CliContext): Promise<Answer> {
  const config = await optionalConfig(options, context);
  const { tree } = await openDirectory(options.dir, context);
  const settings = directorySettings(config, options.repository);
  const prepared = await prepare(tree, settings, new FactsCache());
  const { policies, bindings } = prepared;
  const unmet = unmetGuardrails(bindings, environments(settings.environments, bindings));
  const problems = [...prepared.problems, ...unmet].sort(compareProblems);
  const interval = directoryInterval(config, options.repository);
  const covering = settings.environments.map(({ places, ...environment }) => ({
    ...environment,
    covers: pathFilter(environment.paths),
    place: places?.entry,
  }));
  const files = await lintedFiles(tree, settings);
  const { policyRoots } = settings;
  const entries = await tree.list();
  const advice = advise(files, bindings, covering, policies, interval, entries, policyRoots);
  const isFailed = problems.length > 0 || (options.failOn === 'advice' && advice.length > 0);
  return {
    exit: isFailed ? 1 : 0,
    json: {
      dir: options.dir,
      policies: policyList(prepared),
      bindings: bindings.map(bindingJson),
      problems,
      advice,
    },
    text: (style) =>
      `${problemLines(problems, style)}${adviceLines(advice, style)}${count(policies.length, 'policy', 'policies')}, ${count(bindings.length, 'image field')} bound, ${count(problems.length, 'problem')}${advice.length === 0 ? '' : `, ${advice.length} advice`}\n`,
  };
}

function policyList({ policies, bindings }: Prepared): readonly Readonly<Record<string, unknown>>[] {
  // By name: that of a binding may be tightened by its workload's annotations.
  const bound = Map.groupBy(bindings, ({ policy: { name } }) => name);
  return policies.map((policy) => ({ ...policyJson(policy), fields: bound.get(policy.name)?.length ?? 0 }));
}

function policyJson({ name, place, image, rule, dialect }: Policy): Readonly<Record<string, unknown>> {
  return { policy: name, dialect, image: image.spelled, rule: describeRule(rule), ...place };
}

function bindingJson({ policy, via, place, key, field }: Binding): Readonly<Record<string, unknown>> {
  const { tag = null, digest = null } = field;
  return { policy: policy.name, via, ...place, field: key, tag, digest };
}
