import type { Place } from '../core/position.ts';
import type { EnvironmentState } from '../policy/election/decision.ts';
import type { Guardrails } from '../policy/election/guardrails.ts';
import type { HeadRule } from './verify-head.ts';
import type { LiveDialect } from '../bindings/model.ts';

/** One repository's part of tallyman.yaml, as the run needs it. */
export interface RunSettings {
  /** The name in tallyman.yaml. */
  readonly repository: string;
  /** The allow-list of paths; empty: every file. */
  readonly paths: readonly string[];
  readonly policyRoots: readonly string[];
  /** Other tools' policies that are acted on (`dialects` of tallyman.yaml). Default none. */
  readonly dialects?: readonly LiveDialect[];
  readonly environments: readonly EnvironmentPaths[];
  /** How far back release history is read, in milliseconds. */
  readonly horizon: number;
  /** How many images are scanned at once. */
  readonly scanConcurrency: number;
  /** Template of the commit message; `undefined`: the default of product.md, 6.1. */
  readonly template: string | undefined;
  /** A run that would make more releases pushes nothing until a person accepts its plan (product.md, 5). */
  readonly maxReleasesPerRun: number;
  /** Whether the first run ever on the branch waits for a person too. */
  readonly confirmFirstRun: boolean;
  /** Which commits must be signed by a trusted signer; `undefined`: none. */
  readonly verifyHead?: HeadRule | undefined;
  /** Path of tallyman.yaml, for the commands that messages tell; `undefined`: they find it, or none was read. */
  readonly configFile?: string | undefined;
}

/** An environment's name and place (product.md, 2.5), in the order of promotion. */
export interface EnvironmentPaths extends Pick<EnvironmentState, 'name' | 'paused' | 'freezes' | 'rules'> {
  readonly paths: readonly string[];
  readonly rules?: (Guardrails & ReleaseLimit) | undefined;
  /** Where tallyman.yaml names it, and where it makes a demand that may be a problem. */
  readonly places?: Readonly<Record<'entry' | 'mode' | 'verify', Place>> | undefined;
}

interface ReleaseLimit {
  /** As the repository's, counting the releases that touch this environment; `undefined`: no limit of its own. */
  readonly maxReleasesPerRun?: number | undefined;
}
