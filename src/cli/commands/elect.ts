import { readFile } from 'node:fs/promises';
import { Failure } from '../../core/failure.ts';
import { decide } from '../../policy/decide.ts';
import type { Decision, ImageFacts } from '../../policy/decision.ts';
import type { Policy } from '../../policy/model.ts';
import { parseTagLines } from '../../policy/tag-lines.ts';
import type { Answer } from '../answer.ts';
import type { CliContext } from '../context.ts';
import { describeDecision } from '../explain-text.ts';
import { decisionJson } from '../decision-json.ts';
import { choosePolicy } from '../elect-policy.ts';
import { problemLines } from '../problems.ts';
import { reasonOf } from '../reason-of.ts';
import { resolve } from '../session.ts';

export interface ElectOptions {
  readonly policy: string;
  /** `undefined`: standard input. */
  readonly tags: string | undefined;
  readonly name: string | undefined;
  readonly current: string | undefined;
  readonly now: string | undefined;
  readonly limit: number;
}

/** `tallyman elect`: one policy of any dialect over a list of tags, offline (product.md, 10). */
export async function electCommand(options: ElectOptions, context: CliContext): Promise<Answer> {
  const now = options.now === undefined ? context.now() : parseTime(options.now);
  const { policy, held, problems } = await choosePolicy(options.policy, options.name, context);
  const facts = await readTags(options, context);
  const current = options.current ?? (isRelative(policy) ? held : null);
  const decision = answer(policy, facts, current, now);
  return {
    exit: decision.elected === null ? 3 : 0,
    json: {
      policy: policy.name,
      current,
      ...decisionJson(decision),
      ...(problems.length === 0 ? {} : { problems }),
    },
    text: (style) => problemLines(problems, style) + describeDecision(decision, policy, options.limit, style),
  };
}

/** A level of Keel starts from what stands there. */
function isRelative({ rule }: Policy): boolean {
  return rule.kind === 'semver' && rule.relative !== undefined;
}

/** The lines are all there is: what they do not tell is not known, and nothing can be asked. */
function answer(policy: Policy, facts: ImageFacts, current: string | null, now: number): Decision {
  const value = { tag: current, digest: null };
  const past = current === null ? [] : [value];
  const step = decide({
    policy,
    current: value,
    // The CREATED column is all that the lines tell of an age.
    facts: { ...facts, seen: facts.created },
    past,
    holds: [],
    wantsDigest: true,
    now: () => now,
    offline: true,
  });
  if ('decision' in step) return step.decision;
  throw new Failure('internal', `The election of ${policy.name} asked for more than there is offline.`);
}

const mostInput = 64 * 1024 * 1024;

async function readTags({ tags }: ElectOptions, context: CliContext): Promise<ImageFacts> {
  const text = tags === undefined ? await readInput(context) : await readTagFile(tags, context);
  const parsed = parseTagLines(text);
  if (!('error' in parsed)) return parsed;
  const file = tags ?? 'standard input';
  throw new Failure('invalid-input', `${file}:${parsed.line}: ${parsed.error}`, { file, line: parsed.line });
}

async function readTagFile(file: string, context: CliContext): Promise<string> {
  return readFile(resolve(file, context), 'utf8').catch((cause: unknown) => {
    throw new Failure('invalid-input', `The tag list ${file} cannot be read: ${reasonOf(cause)}.`, {
      file,
      cause,
    });
  });
}

async function readInput(context: CliContext): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const part of context.input) {
    text += typeof part === 'string' ? part : decoder.decode(part, { stream: true });
    if (text.length > mostInput)
      throw new Failure('too-large', 'Standard input holds more than 64 MiB of tags.');
  }
  return text + decoder.decode();
}

function parseTime(text: string): number {
  const time = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  // Date.parse rolls 30 February over into March.
  const day = text.slice(0, 10);
  const midnight = new Date(`${day}T00:00:00Z`);
  if (!Number.isNaN(time) && midnight.toISOString().startsWith(day)) return time;
  throw new Failure('usage', `--now "${text}" is no time; expected RFC 3339, such as 2026-11-21T09:00:00Z.`);
}
