import { readFile } from 'node:fs/promises';
import { Failure } from '../../core/failure.ts';
import { decide } from '../../policy/election/decide.ts';
import type { Decision, ImageFacts } from '../../policy/election/decision.ts';
import type { Policy } from '../../policy/model.ts';
import { parseTagLines } from '../../policy/election/tag-lines.ts';
import type { Answer } from '../answer.ts';
import type { CliContext } from '../context.ts';
import { describeDecision } from '../explain-text.ts';
import { decisionJson } from '../decision-json.ts';
import { choosePolicy } from '../elect-policy.ts';
import { problemLines } from '../problems.ts';
import { reasonOf } from '../reason-of.ts';
import { resolve } from '../session.ts';
import { parseTime } from '../times.ts';

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
  const now = clockOf(options, context);
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

function clockOf(options: ElectOptions, context: CliContext): number {
  const now = context.now();
  return options.now === undefined ? now : parseTime('--now', options.now, { now, day: 'first' });
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
