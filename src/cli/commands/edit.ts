import { readFile } from 'node:fs/promises';
import { Failure } from '../../core/failure.ts';
import { compareProblems, type Problem } from '../../core/problem.ts';
import { parseReference } from '../../image/reference.ts';
import type { FileText } from '../../run/edits/edit-files.ts';
import { rewrite, type Rewrite } from '../../run/edits/rewrite.ts';
import type { Election } from '../../run/edits/rewriter.ts';
import type { Answer } from '../answer.ts';
import type { CliContext } from '../context.ts';
import { directorySettings, openDirectory, optionalConfig } from '../directory.ts';
import { count, problemLines } from '../problems.ts';
import { reasonOf } from '../reason-of.ts';
import { resolve, type ConfigOptions } from '../session.ts';
import { paintDiff, type Style } from '../style.ts';

export interface EditOptions extends ConfigOptions {
  readonly dir: string;
  /** `POLICY=REF`. */
  readonly set: readonly string[];
  /** A JSON object from policy name to reference. */
  readonly images: string | undefined;
  readonly write: boolean;
  /** Whether text output will be asked for, which shows them. */
  readonly diffs: boolean;
}

/** `tallyman edit`: rewrite a checkout as if these were elected, offline. */
export async function editCommand(options: EditOptions, context: CliContext): Promise<Answer> {
  const elections = await readElections(options, context);
  const config = await optionalConfig(options, context);
  const directory = await openDirectory(options.dir, context);
  const settings = directorySettings(config, options.repository);
  const writers = options.write ? await directory.openWriters() : undefined;
  const diffs = options.diffs ? await openDiffs() : undefined;
  let changed = 0;
  const { edits, problems: found } = await rewrite(directory.tree, settings, elections, (path, text) => {
    changed++;
    writers?.write(path, text.after);
    diffs?.add(path, text);
  });
  const failed = (await writers?.finish()) ?? new Map<string, Failure>();
  const problems = [...found, ...unwritten(edits, failed)].sort(compareProblems);
  const written = options.write ? changed - failed.size : 0;
  return {
    exit: problems.length > 0 ? 1 : 0,
    json: {
      edits: edits
        .filter(({ file }) => !failed.has(file))
        .map(({ file, line, column, policy, field, old, new: value }) => {
          return { file, line, column, policy, field, old, new: value };
        }),
      problems,
      written,
    },
    text: (style) =>
      (diffs?.paint(style) ?? '') +
      problemLines(problems, style) +
      (options.write
        ? `${count(written, 'file')} written\n`
        : changed === 0
          ? 'Nothing would change.\n'
          : ''),
  };
}

interface Diffs {
  add(path: string, text: FileText): void;
  paint(style: Style): string;
}

/** The package that makes them is loaded only where they are shown. */
async function openDiffs(): Promise<Diffs> {
  const { unifiedDiff } = await import('../../run/edits/unified-diff.ts');
  const all: string[] = [];
  return {
    add: (path, text) => all.push(unifiedDiff(path, text)),
    paint: (style) => all.map((diff) => paintDiff(diff, style)).join(''),
  };
}

/** A file that cannot be written is a problem at its first edit. */
function unwritten(edits: Rewrite['edits'], failed: ReadonlyMap<string, Failure>): Problem[] {
  return [...failed].map(([file, { message }]) => {
    const { line, column } = edits.find((edit) => edit.file === file) ?? { line: 1, column: 1 };
    return { code: 'refused-edit', file, line, column, message: `The file is as it was: ${message}.` };
  });
}

async function readElections(
  options: EditOptions,
  context: CliContext,
): Promise<ReadonlyMap<string, Election>> {
  const elections = new Map<string, Election>();
  if (options.images !== undefined) {
    for (const [name, text] of await readImages(options.images, context)) {
      elections.set(name, parseElection(name, text, `--images ${options.images}`));
    }
  }
  const given = new Map<string, string>();
  for (const argument of options.set) {
    const sign = argument.indexOf('=');
    if (sign <= 0)
      throw new Failure(
        'usage',
        `--set "${argument}" is not POLICY=REF, such as web=ghcr.io/acme/web:1.4.3.`,
      );
    const [name, text] = [argument.slice(0, sign), argument.slice(sign + 1)];
    const before = given.get(name);
    if (before !== undefined && before !== text)
      throw new Failure(
        'usage',
        `--set names the policy ${name} twice, with ${before} and ${text}; say once what it elects.`,
      );
    given.set(name, text);
    elections.set(name, parseElection(name, text, '--set'));
  }
  if (elections.size === 0)
    throw new Failure('usage', 'edit needs --set POLICY=REF or --images FILE: what is elected.');
  return elections;
}

function parseElection(name: string, text: string, source: string): Election {
  const reference = parseReference(text);
  const tag = reference?.tag;
  if (reference !== undefined && tag !== undefined) return { ...reference, tag };
  const why = reference === undefined ? 'is no image reference' : 'has no tag';
  throw new Failure(
    'invalid-input',
    `${source}: policy ${name}: "${text}" ${why}; expected repo:tag[@digest].`,
  );
}

async function readImages(
  file: string,
  context: CliContext,
): Promise<readonly (readonly [string, string])[]> {
  const text = await readFile(resolve(file, context), 'utf8').catch((cause: unknown) => {
    throw new Failure('invalid-input', `The images file ${file} cannot be read: ${reasonOf(cause)}.`, {
      file,
      cause,
    });
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Failure('invalid-input', `${file} is no JSON: ${(cause as Error).message}.`, { file, cause });
  }
  const expected = 'expected an object from policy name to "repo:tag[@digest]".';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Failure('invalid-input', `${file}: ${expected}`, { file });
  }
  return Object.entries(value).map(([name, reference]: [string, unknown]) => {
    if (typeof reference === 'string') return [name, reference];
    throw new Failure('invalid-input', `${file}: policy ${name}: ${expected}`, { file });
  });
}
