import { readFile } from 'node:fs/promises';
import { bind, bindMarkers } from '../../bindings/bind.ts';
import { collectPolicies } from '../../bindings/collect.ts';
import { applyFileEdits, planEdits } from '../../bindings/edit.ts';
import type { Binding, FieldEdit } from '../../bindings/model.ts';
import { Failure } from '../../core/failure.ts';
import { compareProblems, type Problem } from '../../core/problem.ts';
import { parseReference, type ImageReference } from '../../image/reference.ts';
import { unifiedDiff } from '../../run/compose.ts';
import { FactsCache } from '../../run/facts-cache.ts';
import { pathFilter } from '../../run/path-filter.ts';
import { survey } from '../../run/survey.ts';
import type { TreeEntry } from '../../tree/tree.ts';
import { decode, encode } from '../../yaml/decode.ts';
import type { Answer } from '../answer.ts';
import type { CliContext } from '../context.ts';
import { directorySettings, openDirectory, optionalConfig } from '../directory.ts';
import { count, problemLines } from '../problems.ts';
import { resolve, type ConfigOptions } from '../session.ts';
import { paintDiff } from '../style.ts';
import type { WorkingDirectory } from '../wiring.ts';

export interface EditOptions extends ConfigOptions {
  readonly dir: string;
  /** `POLICY=REF`. */
  readonly set: readonly string[];
  /** A JSON object from policy name to reference. */
  readonly images: string | undefined;
  readonly write: boolean;
}
