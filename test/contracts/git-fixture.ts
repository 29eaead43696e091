import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CommitId } from '../../src/release/log.ts';
import type { PushRequest } from '../../src/git/transport.ts';
import { git, makeBare } from '../peers/git.ts';

export const zero = '0'.repeat(40) as CommitId;

interface Draft {
  /** Path to content. */
  readonly files: Readonly<Record<string, string>>;
  readonly message: string;
  /** Seconds since the epoch. */
  readonly at?: number;
}

/**
 * Commits on `ref`, by native git, without a work tree: one process and one pack, however many they are.
 * @param from the parent of the first; default: it has none
 */
export async function commitFiles(
  repository: string,
  ref: string,
  drafts: readonly Draft[],
  { from, objects }: { readonly from?: CommitId; readonly objects?: string } = {},
): Promise<readonly CommitId[]> {
  const lines = [];
  for (const [index, { files, message, at = 1_790_000_000 }] of drafts.entries()) {
    const mark = `mark :${index + 1}`;
    lines.push(`commit ${ref}`, mark, `committer Ann <ann@example.com> ${at} +0000`, data(message));
    if (index === 0 && from !== undefined) lines.push(`from ${from}`);
    for (const [path, content] of Object.entries(files)) lines.push(`M 100644 inline ${path}`, data(content));
  }
  for (const index of drafts.keys()) lines.push(`get-mark :${index + 1}`);
  const ids = await git(repository, ['fast-import', '--quiet'], {
    input: `${lines.join('\n')}\n`,
    config: { 'fastimport.unpackLimit': '1' },
    env: objects === undefined ? {} : { GIT_ALTERNATE_OBJECT_DIRECTORIES: objects },
  });
  return ids.split('\n') as CommitId[];
}

/** A bare repository with `count` commits on `main`, oldest first; each changes one of its 40 files. */
export async function makeRepository(
  root: string,
  name: string,
  count = 4,
): Promise<{ readonly path: string; readonly commits: readonly CommitId[] }> {
  const path = join(root, name);
  const known = templates.get(`${root} ${count}`);
  if (known !== undefined) {
    await cp(known.path, path, { recursive: true });
    return { path, commits: known.commits };
  }
  await makeBare(path);
  const files = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [
      `apps/app-${index}/deployment.yaml`,
      `name: app-${index}\n${'# a comment that makes a delta worth while\n'.repeat(20)}image: app:1.0\n`,
    ]),
  );
  const changed = (index: number): string =>
    (files['apps/app-7/deployment.yaml'] ?? '').replace('1.0', `1.${index}`);
  const drafts = Array.from({ length: count }, (_, index) =>
    index === 0
      ? { files, message: 'first' }
      : {
          files: { 'apps/app-7/deployment.yaml': changed(index) },
          message: `change ${index}\n\nwith a body\n`,
          at: 1_790_000_000 + index * 60,
        },
  );
  const commits = await commitFiles(path, 'refs/heads/main', drafts);
  // The tests go on to change what they got, so that the copies are made of a copy.
  const template = join(root, '.templates', `${count}.git`);
  await mkdir(dirname(template), { recursive: true });
  await cp(path, template, { recursive: true });
  templates.set(`${root} ${count}`, { path: template, commits });
  return { path, commits };
}

/** A push of one new commit on `base`, which is of the repository `remote` on this disk. */
export async function preparePush(
  root: string,
  remote: string,
  base: CommitId,
  options: { readonly ref?: string; readonly text?: string } = {},
): Promise<PushRequest> {
  const { ref = 'refs/heads/main', text = 'image: app:2.0\n' } = options;
  const scratch = join(root, `scratch-${scratches++}.git`);
  await makeBare(scratch);
  const files = { 'apps/app-7/deployment.yaml': text };
  const [newId = zero] = await commitFiles(scratch, 'refs/heads/push', [{ files, message: 'push' }], {
    objects: join(remote, 'objects'),
    ...(base === zero ? {} : { from: base }),
  });
  // What fast-import wrote there is exactly what the remote does not have.
  const packs = join(scratch, 'objects', 'pack');
  const name = (await readdir(packs)).find((file) => file.endsWith('.pack')) ?? 'none';
  return { ref, oldId: base, newId, pack: await readFile(join(packs, name)), options: [] };
}

/** Moves a ref without a process. */
export async function setRef(repository: string, ref: string, id: string): Promise<void> {
  await mkdir(dirname(join(repository, ref)), { recursive: true });
  await writeFile(join(repository, ref), `${id}\n`);
}

export async function collect(pack: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of pack) parts.push(part);
  return Buffer.concat(parts);
}

let scratches = 0;
const templates = new Map<string, { readonly path: string; readonly commits: readonly CommitId[] }>();

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}
