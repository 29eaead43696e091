import { readFile } from 'node:fs/promises';
import { Failure } from '../../core/failure.ts';
import { formatPlace } from '../../core/position.ts';
import { compareProblems, type Problem } from '../../core/problem.ts';
import { convert } from '../../convert/convert.ts';
import type { Conversion, Converted, SourceFile, Todo } from '../../convert/model.ts';
import { nameClass } from '../../fields/name-class.ts';
import { unifiedDiff } from '../../run/edits/unified-diff.ts';
import type { Tree } from '../../tree/tree.ts';
import { decode, encode } from '../../yaml/decode.ts';
import type { Answer } from '../answer.ts';
import { clean } from '../clean.ts';
import type { CliContext } from '../context.ts';
import { openDirectory } from '../directory.ts';
import { count, problemLines } from '../problems.ts';
import { reasonOf } from '../reason-of.ts';
import { resolve } from '../session.ts';
import { paintDiff, type Style } from '../style.ts';
import type { WorkingDirectory } from '../wiring.ts';

export interface ConvertOptions {
  readonly dir: string;
  /** Output of `kustomize build`. */
  readonly rendered: string | undefined;
  readonly write: boolean;
}

/** `tallyman convert`: other tools' files to ours, by edits and new files; a diff and a report, and written only where asked. */
export async function convertCommand(options: ConvertOptions, context: CliContext): Promise<Answer> {
  const directory = await openDirectory(options.dir, context);
  const rendered = options.rendered === undefined ? undefined : await readRendered(options.rendered, context);
  const conversion = convert(await sourceFiles(directory.tree), rendered);
  const { files, converted, todo } = conversion;
  const refused = options.write ? await writeAll(directory, files) : [];
  const problems = [...conversion.problems, ...refused].sort(compareProblems);
  const diffs = [...files].map(([path, file]) => {
    const diff = unifiedDiff(path, file);
    return file.isNew ? diff.replace(/^--- .*/, '--- /dev/null') : diff;
  });
  const written = options.write ? files.size - refused.length : 0;
  return {
    exit: problems.length > 0 ? 1 : 0,
    json: {
      dir: options.dir,
      converted,
      files: [...files].map(([file, { isNew }]) => ({ file, new: isNew })),
      diff: diffs.join(''),
      problems,
      todo,
      written,
    },
    text: (style) =>
      (options.write ? '' : diffs.map((diff) => paintDiff(diff, style)).join('')) +
      report({ ...conversion, problems }, style) +
      (options.write ? `${count(written, 'file')} written\n` : ending(files.size)),
  };
}

/** Each file whole or not at all. @returns a problem for each that is as it was; the others are written */
async function writeAll(
  directory: WorkingDirectory,
  files: Conversion['files'],
): Promise<readonly Problem[]> {
  const refused: Problem[] = [];
  for (const [path, { after, isNew }] of files) {
    try {
      await (isNew ? directory.create(path, encode(after)) : directory.write(path, encode(after)));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const message = `The file is as it was: ${error.message}.`;
      refused.push({ code: 'refused-edit', file: path, line: 1, column: 1, message });
    }
  }
  return refused;
}

function ending(changes: number): string {
  return changes === 0 ? 'Nothing would change.\n' : 'Nothing is written yet: --write does it.\n';
}

function report({ converted, problems, todo }: Conversion, style: Style): string {
  const parts = [
    ...converted.map((one) => `${style.green('converted')} ${clean(convertedText(one))}\n`),
    problemLines(problems, style),
    ...todo.map((one) => `${style.yellow('to do')} ${clean(todoText(one))}\n`),
    `${count(converted.length, 'policy', 'policies')} converted, ${count(problems.length, 'problem')}, ${count(todo.length, 'thing')} to do\n`,
  ];
  return parts.join('');
}

function convertedText({ dialect, name, policy, to, ...place }: Converted): string {
  const as = policy === null ? 'annotation' : `ImagePolicy ${policy}`;
  return `${formatPlace(place)}: ${dialect} ${name} -> ${as} in ${to}`;
}

function todoText({ message, file, line, column }: Todo): string {
  return file === undefined || line === undefined || column === undefined
    ? message
    : `${formatPlace({ file, line, column })}: ${message}`;
}

async function sourceFiles(tree: Tree): Promise<readonly SourceFile[]> {
  const wanted = (await tree.list()).filter(
    ({ path, mode }) => (mode === 'file' || mode === 'executable') && nameClass(path) !== 'other',
  );
  const files: SourceFile[] = [];
  await tree.read(
    wanted,
    ({ path }, bytes) => {
      const decoded = decode(bytes);
      if ('text' in decoded) files.push({ path, text: decoded.text });
    },
    // `lint` tells of it; no file of this size holds another tool's settings.
    () => {},
  );
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function readRendered(file: string, context: CliContext): Promise<SourceFile> {
  const bytes = await readFile(resolve(file, context)).catch((cause: unknown) => {
    throw new Failure('invalid-input', `The rendered file ${file} cannot be read: ${reasonOf(cause)}.`, {
      file,
      cause,
    });
  });
  const decoded = decode(bytes);
  if ('text' in decoded) return { path: file, text: decoded.text };
  throw new Failure('invalid-input', `The rendered file ${file} cannot be read: ${decoded.refused}.`, {
    file,
  });
}
