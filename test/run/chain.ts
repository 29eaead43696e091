import type { RunResult } from '../../src/run/run.ts';
import { deployment, policyFile } from '../scenarios/world.ts';
import { Stage } from './stage.ts';

/** What a test says of a chain of two policies. Without a word staging follows all versions, and prod takes them at once. */
export interface Chain {
  /** The election of staging, as YAML. */
  readonly source?: string;
  /** The election of prod, as YAML: the inside of `promote`. */
  readonly promote?: string;
  /** More lines of prod's policy. */
  readonly more?: string;
  /** The version that prod begins with. */
  readonly prod?: string;
  readonly files?: (image: Stage['image'], put: Stage['put']) => Readonly<Record<string, string>>;
}

/** Staging follows versions by itself; prod takes what staging holds. */
export async function openChain({
  source = 'semver: "*"',
  promote = 'from: web-staging',
  more = '',
  prod = '1.0.0',
  files = () => ({}),
}: Chain = {}): Promise<Stage> {
  return Stage.open((image, put) => {
    put('web', '1.0.0', '1.0.0');
    return {
      'staging/web.yaml': deployment('web', `${image('web')}:1.0.0`),
      'staging/policy.yaml': policyFile('web-staging', image('web'), source),
      'prod/web.yaml': deployment('web', `${image('web')}:${prod}`),
      'prod/policy.yaml': policyFile('web-prod', image('web'), `promote: {${promote}}`, more),
      ...files(image, put),
    };
  });
}

export async function tag(on: Stage, place: string): Promise<string | undefined> {
  return /acme\/web:([^"@]+)/.exec(await on.file(`${place}/web.yaml`))?.[1];
}

export function gates(result: RunResult, policy = 'web-prod'): readonly string[] {
  if (result.outcome === 'failed') throw result.failure;
  return result.plan.rulings.flatMap((ruling) =>
    'decision' in ruling && ruling.binding.policy.name === policy
      ? ruling.decision.gates.map(({ gate, detail }) => `${gate}: ${detail}`)
      : [],
  );
}

export function messages(result: RunResult): readonly string[] {
  if (result.outcome === 'failed') throw result.failure;
  return result.plan.problems.map(({ message }) => message);
}
