import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Failure } from '../core/failure.ts';
import { formatPlace, type Position } from '../core/position.ts';
import { decode } from '../yaml/decode.ts';
import { positionsOf } from '../yaml/lines.ts';
import { readOutline } from '../yaml/read.ts';
import { toValue, type PlainValue } from '../yaml/value.ts';
import { checkDocument, type Issue } from './check.ts';
import { formatPath, issuePosition, schemaIssues } from './issues.ts';
import type { Config } from './model.ts';
import { resolveConfig } from './resolve.ts';

const largest = 1_048_576;
const mostShown = 10;

/**
 * Reads `tallyman.yaml` (product.md, 2.5). Secrets are not read here: `readSecret` does, each time.
 * @throws Failure `invalid-config`: its message lists up to ten things that are wrong, each with file:line:column; its place is the first of them
 */
export async function loadConfig(path: string): Promise<Config> {
  const { value, positions } = toPlain(await readText(path), path);
  const { configJsonSchema, readDocument } = await import('./schema.ts');
  const read = readDocument(value);
  const issues =
    'document' in read
      ? await checkDocument(read.document)
      : schemaIssues(read.issues, configJsonSchema(), value);
  if ('document' in read && issues.length === 0)
    return resolveConfig(read.document, resolve(path), positions);
  throw invalid(path, issues, positions);
}

async function readText(path: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
  const text = decode(bytes, largest);
  if ('refused' in text)
    throw new Failure('invalid-config', `cannot read ${path}: ${text.refused}`, { file: path });
  return text.text;
}

function unreadable(path: string, cause: unknown): Failure {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
  const message =
    code === 'ENOENT'
      ? `there is no configuration file ${path}; name another one with --config, or begin with a file that holds\n` +
        'repositories:\n  - name: fleet\n    url: https://git.example.com/acme/fleet.git'
      : `cannot read the configuration file ${path}: ${code === 'EISDIR' ? 'it is a folder; name the file in it' : code}`;
  return new Failure('invalid-config', message, { file: path, cause });
}

/** The one document of the file as a plain value, with the position of everything in it. */
function toPlain(text: string, file: string): PlainValue {
  const read = readOutline(text);
  if ('error' in read) throw yamlFailure(file, text, read.error);
  const [first, second] = read.outline.documents.filter(({ root }) => root !== -1);
  if (second !== undefined) {
    const offset = read.outline.nodes[second.root]?.start ?? 0;
    throw yamlFailure(file, text, { offset, message: 'a configuration has one document; remove the others' });
  }
  if (first === undefined) return { value: {}, positions: {} };
  const plain = toValue(read.outline, first.root);
  if ('error' in plain) throw yamlFailure(file, text, plain.error);
  return plain;
}

function yamlFailure(file: string, text: string, error: { offset: number; message: string }): Failure {
  const position = positionsOf(text)(error.offset);
  return new Failure('invalid-config', `${formatPlace({ file, ...position })}: ${error.message}`, {
    file,
    ...position,
  });
}

function invalid(
  file: string,
  issues: readonly Issue[],
  positions: Readonly<Record<string, Position>>,
): Failure {
  const placed = issues
    .map((issue) => ({ issue, position: issuePosition(issue, positions) }))
    .sort((a, b) => a.position.line - b.position.line || a.position.column - b.position.column);
  const lines = placed.slice(0, mostShown).map(({ issue, position }) => {
    const path = formatPath(issue.atKey === true ? issue.path.slice(0, -1) : issue.path);
    return `${formatPlace({ file, ...position })}: ${path === '' ? '' : `${path}: `}${issue.message}`;
  });
  if (placed.length > mostShown) lines.push(`and ${placed.length - mostShown} more`);
  return new Failure('invalid-config', lines.join('\n'), { file, ...placed[0]?.position });
}
