import { readFile } from 'node:fs/promises';
import { Failure } from '../../core/failure.ts';
import { didYouMean } from '../../core/nearest.ts';
import { formatPlace, type Position } from '../../core/position.ts';
import { readFacts } from '../../fields/facts.ts';
import type { FileFacts } from '../../fields/model.ts';
import { decide } from '../../policy/decide.ts';
import type { Decision, ImageFacts } from '../../policy/decision.ts';
import { loadPolicy } from '../../policy/load.ts';
import type { Policy } from '../../policy/model.ts';
import { parseTagLines } from '../../policy/tag-lines.ts';
import { decode } from '../../yaml/decode.ts';
import { positionsOf } from '../../yaml/lines.ts';
import { readOutline } from '../../yaml/read.ts';
import type { Answer } from '../answer.ts';
import type { CliContext } from '../context.ts';
import { describeDecision } from '../explain-text.ts';
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

/** `tallyman elect`: one policy over a list of tags, offline. */
export async function electCommand(options: ElectOptions, context: CliContext): Promise<Answer> {
  const now = options.now === undefined ? context.now() : parseTime(options.now);
  const policy = await readPolicy(options, context);
  const facts = await readTags(options, context);
  const decision = answer(policy, facts, options.current ?? null, now);
  const { elected, digest, reason, considered, dropped, gates } = decision;
  return {
    exit: elected === null ? 3 : 0,
    json: {
      policy: policy.name,
      current: options.current ?? null,
      elected,
      digest,
      reason,
      considered,
      dropped,
      gates,
    },
    text: (style) => describeDecision(decision, policy, options.limit, style),
  };
}

/** The lines are all there is: what they do not tell is not known, and nothing can be asked. */
function answer(policy: Policy, facts: ImageFacts, current: string | null, now: number): Decision {
  const value = { tag: current, digest: null };
  const past = current === null ? [] : [value];
  const step = decide({
    policy,
    current: value,
    facts,
    past,
    holds: [],
    wantsDigest: true,
    now,
    offline: true,
  });
  if ('decision' in step) return step.decision;
  throw new Failure('internal', `The election of ${policy.name} asked for more than there is offline.`);
}

async function readPolicy({ policy: file, name }: ElectOptions, context: CliContext): Promise<Policy> {
  const bytes = await readFile(resolve(file, context)).catch((cause: unknown) => {
    throw new Failure('invalid-input', `The policy file ${file} cannot be read: ${reasonOf(cause)}.`, {
      file,
      cause,
    });
  });
  const broken = whyUnreadable(bytes);
  if (broken !== undefined) throw invalid({ ...broken, file });
  const facts = readFacts(bytes, 'yaml');
  const [problem] = facts.problems;
  if (problem !== undefined) throw invalid({ ...problem, file });
  return choosePolicy(facts, file, name);
}

/** The whole file must be YAML: it was named, so nothing in it is somebody else's. */
function whyUnreadable(bytes: Uint8Array): (Partial<Position> & { message: string }) | undefined {
  const decoded = decode(bytes);
  if ('refused' in decoded) return { message: decoded.refused };
  const read = readOutline(decoded.text);
  return 'error' in read
    ? { ...positionsOf(decoded.text)(read.error.offset), message: read.error.message }
    : undefined;
}

function choosePolicy(facts: FileFacts, file: string, name: string | undefined): Policy {
  const loaded = facts.policies.map((document) => loadPolicy(document, file));
  const names = facts.policies.map((document) => nameOf(document.value));
  if (loaded.length === 0) {
    throw new Failure('invalid-input', `${file} holds no ImagePolicy (apiVersion tallyman.dev/v1).`, {
      file,
    });
  }
  const index = name === undefined ? 0 : names.indexOf(name);
  if (name === undefined && loaded.length > 1) {
    throw new Failure(
      'invalid-input',
      `${file} holds ${loaded.length} policies (${names.join(', ')}): say which with --name.`,
      { file },
    );
  }
  const chosen = loaded[index];
  if (chosen === undefined) {
    const known = names.filter((known) => known !== undefined);
    throw new Failure('invalid-input', `${file} holds no policy "${name}"${didYouMean(name ?? '', known)}`, {
      file,
    });
  }
  const [problem] = chosen.problems;
  if (problem !== undefined) throw invalid({ ...problem, file });
  if (chosen.policy === undefined)
    throw new Failure('internal', `${file} gives neither a policy nor a problem.`);
  return chosen.policy;
}

function invalid(problem: Partial<Position> & { file: string; message: string }): Failure {
  const { file, line, column, message } = problem;
  const place = line === undefined || column === undefined ? file : formatPlace({ file, line, column });
  const position = line === undefined || column === undefined ? {} : { line, column };
  return new Failure('invalid-input', `${place}: ${message}`, { file, ...position });
}

function nameOf(value: unknown): string | undefined {
  const { metadata } = (value ?? {}) as { metadata?: { name?: unknown } };
  return typeof metadata?.name === 'string' ? metadata.name : undefined;
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
  if (!Number.isNaN(time)) return time;
  throw new Failure('usage', `--now "${text}" is no time; expected RFC 3339, such as 2026-11-21T09:00:00Z.`);
}

function reasonOf(cause: unknown): string {
  const code = (cause as { code?: string }).code;
  return code === 'ENOENT'
    ? 'there is no such file'
    : code === 'EISDIR'
      ? 'it is a folder'
      : (code ?? 'unknown error');
}
