import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { Failure } from '../../core/failure.ts';
import { errorCode } from '../engine/durable.ts';
import { guardingHooks } from './hooks.ts';
import { readSharing, type Sharing } from './sharing.ts';

export interface GitDirectory {
  /** Where refs, objects and config are. */
  readonly common: string;
  /** The file that says what is checked out here. */
  readonly head: string;
  /** Refs that a work tree has checked out: full names. */
  readonly checkedOut: ReadonlySet<string>;
  /** Hooks that may refuse a push; they do not run here. */
  readonly guards: readonly string[];
  readonly sharing: Sharing | undefined;
}

/**
 * Finds the git directory of a bare repository, of a checkout, or of a linked work tree.
 * @throws Failure `not-found` where there is none, `invalid-config` where it has a format that is not read here
 */
export function findGitDirectory(path: string): GitDirectory {
  const directory = [path, join(path, '.git')].map(followFile).find(isGitDirectory);
  if (directory === undefined) {
    throw new Failure(
      'not-found',
      `${path} is no git repository; give the path of a bare repository, or of a checkout`,
    );
  }
  const common = resolve(directory, readLine(join(directory, 'commondir')) ?? '.');
  const config = readGitConfig(readText(join(common, 'config')) ?? '');
  refuseUnknownFormat(path, config);
  const ignored = ['ignore', 'warn', 'false'].includes(config.get('receive.denycurrentbranch') ?? 'refuse');
  return {
    common,
    head: join(directory, 'HEAD'),
    checkedOut: ignored ? new Set() : checkedOutRefs(common, config.get('core.bare') === 'true'),
    guards: guardingHooks(common, config.get('core.hookspath')),
    sharing: readSharing(config.get('core.sharedrepository')),
  };
}

/** `section.key` (lower case; subsections as they stand) to its last value. Includes are not followed. */
export function readGitConfig(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let section = '';
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    const head = /^\[\s*([\w.-]+)(?:\s+"([^"]*)")?\s*\]/.exec(line);
    if (head !== null)
      section = `${(head[1] ?? '').toLowerCase()}${head[2] === undefined ? '' : `.${head[2]}`}`;
    const rest = head === null ? line : line.slice(head[0].length).trim();
    const pair = /^([A-Za-z][\w-]*)(?:\s*=\s*(.*))?$/.exec(rest);
    if (pair?.[1] === undefined) continue;
    const value = (pair[2] ?? 'true').replace(/\s*[#;].*$/, '').replaceAll('"', '');
    values.set(`${section}.${pair[1].toLowerCase()}`, value.trim());
  }
  return values;
}

function refuseUnknownFormat(path: string, config: ReadonlyMap<string, string>): void {
  const format = config.get('extensions.objectformat')?.toLowerCase() ?? 'sha1';
  const refs = config.get('extensions.refstorage')?.toLowerCase() ?? 'files';
  if (format !== 'sha1')
    throw new Failure(
      'invalid-config',
      `${path} uses ${format} object ids; only SHA-1 repositories are supported`,
    );
  if (refs !== 'files') {
    throw new Failure(
      'invalid-config',
      `${path} keeps its refs as ${refs}; run \`git refs migrate --ref-format=files\` in it`,
    );
  }
  const version = config.get('core.repositoryformatversion') ?? '0';
  const unknown = config
    .keys()
    .find((key) => key.startsWith('extensions.') && !harmlessExtensions.has(key.slice('extensions.'.length)));
  // As git has it: what is not known may change how objects and refs are written.
  if (version !== '0' && (version !== '1' || unknown !== undefined)) {
    const what =
      version === '1' ? `the extension ${unknown?.slice('extensions.'.length)}` : `format ${version}`;
    throw new Failure(
      'invalid-config',
      `${path} has ${what} of git repositories, which is not known here; give its server's https or ssh address, or make a clone without it`,
    );
  }
}

/** Those that change nothing of what is read and written here; the two that may were looked at by their values. */
const harmlessExtensions: ReadonlySet<string> = new Set([
  'noop',
  'noop-v1',
  'objectformat',
  'partialclone',
  'preciousobjects',
  'refstorage',
  'relativeworktrees',
  'submodulepathconfig',
  'worktreeconfig',
]);

function checkedOutRefs(common: string, bare: boolean): ReadonlySet<string> {
  const heads = bare ? [] : [join(common, 'HEAD')];
  const linked = join(common, 'worktrees');
  if (existsSync(linked)) heads.push(...readdirSync(linked).map((name) => join(linked, name, 'HEAD')));
  const refs = heads.map((head) => /^ref: (\S+)/.exec(readText(head) ?? '')?.[1]);
  return new Set(refs.filter((ref) => ref !== undefined));
}

function isGitDirectory(path: string): boolean {
  return (
    existsSync(join(path, 'HEAD')) &&
    (existsSync(join(path, 'objects')) || existsSync(join(path, 'commondir')))
  );
}

/** A `.git` that is a file names the directory. */
function followFile(path: string): string {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return path;
  const target = /^gitdir: (.+)$/.exec(readLine(path) ?? '')?.[1];
  return target === undefined ? path : resolve(path, '..', target);
}

function readLine(path: string): string | undefined {
  return readText(path)?.split('\n', 1)[0]?.trim();
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (code === 'EACCES')
      throw new Failure('forbidden', `cannot read ${path}: give this user the right to it`);
    throw error;
  }
}
