import { join } from 'node:path';
import type { CommitId } from '../../src/release/log.ts';
import type { PushRequest } from '../../src/git/transport.ts';
import { git, gitBytes } from '../peers/git.ts';

export const zero = '0'.repeat(40) as CommitId;

/** Commits `files` (path to content) on top of what `ref` holds, by native git, without a work tree. */
export async function commitFiles(
  repository: string,
  ref: string,
  files: Readonly<Record<string, string>>,
  message: string,
  at = 1_790_000_000,
): Promise<CommitId> {
  const from = await git(repository, ['for-each-ref', '--format=%(objectname)', ref]);
  const lines = [`commit ${ref}`, `committer Ann <ann@example.com> ${at} +0000`, data(message)];
  if (from !== '') lines.push(`from ${from}`);
  for (const [path, content] of Object.entries(files)) lines.push(`M 100644 inline ${path}`, data(content));
  await git(repository, ['fast-import', '--quiet'], { input: `${lines.join('\n')}\n` });
  return (await git(repository, ['rev-parse', ref])) as CommitId;
}

/** A bare repository with `count` commits on `main`, oldest first; each changes one of its 40 files. */
export async function makeRepository(
  root: string,
  name: string,
  count = 4,
): Promise<{ readonly path: string; readonly commits: readonly CommitId[] }> {
  const path = join(root, name);
  await git(root, ['init', '-q', '--bare', name]);
  const files = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [
      `apps/app-${index}/deployment.yaml`,
      `name: app-${index}\n${'# a comment that makes a delta worth while\n'.repeat(20)}image: app:1.0\n`,
    ]),
  );
  const commits = [await commitFiles(path, 'refs/heads/main', files, 'first')];
  for (let index = 1; index < count; index++) {
    const changed = (files['apps/app-7/deployment.yaml'] ?? '').replace('1.0', `1.${index}`);
    const message = `change ${index}\n\nwith a body\n`;
    const at = 1_790_000_000 + index * 60;
    commits.push(
      await commitFiles(path, 'refs/heads/main', { 'apps/app-7/deployment.yaml': changed }, message, at),
    );
  }
  return { path, commits };
}

/** A push of one new commit on `base`, made in `scratch`, a clone of the remote repository on this disk. */
export async function preparePush(
  root: string,
  remote: string,
  base: CommitId,
  options: { readonly ref?: string; readonly text?: string } = {},
): Promise<PushRequest> {
  const { ref = 'refs/heads/main', text = 'image: app:2.0\n' } = options;
  const scratch = join(root, `scratch-${scratches++}.git`);
  await git(root, ['clone', '-q', '--bare', remote, scratch]);
  if (base !== zero) await git(scratch, ['update-ref', 'refs/heads/push', base]);
  const newId = await commitFiles(scratch, 'refs/heads/push', { 'apps/app-7/deployment.yaml': text }, 'push');
  const pack = await gitBytes(scratch, ['pack-objects', '--quiet', '--revs', '--stdout'], {
    input: base === zero ? `${newId}\n` : `${newId}\n^${base}\n`,
  });
  return { ref, oldId: base, newId, pack, options: [] };
}

export async function collect(pack: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of pack) parts.push(part);
  return Buffer.concat(parts);
}

let scratches = 0;

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`;
}
