import { openLocalRepository } from '../../../src/git/local/local-repository.ts';

/** How many files `publishMany` changes: each in a folder of its own. */
export const manyFiles = 200;

/** Files that are there to be changed, as input of `git fast-import`. */
export function manyFilesToImport(): string {
  const lines = ['commit refs/heads/main', 'committer P <p@example.com> 0 +0000', 'data 6', 'First', ''];
  for (let n = 0; n < manyFiles; n++) {
    const text = `image: a${n}:1.0\n`;
    lines.push(`M 100644 inline ${pathOf(n)}`, `data ${text.length}`, text);
  }
  return `${lines.join('\n')}\n`;
}

/** One commit with a change of all files. @returns what the repository says of it */
export async function publishMany(path: string, branch = 'main'): Promise<string> {
  const person = { name: 'Tallyman', email: 'bot@example.com' };
  const options = { name: 'fleet', path, branch, author: person, committer: person, now };
  const repository = openLocalRepository(options);
  const base = await repository.sync();
  const changes = Array.from({ length: manyFiles }, (_, n) => ({
    path: pathOf(n),
    bytes: Buffer.from(`image: a${n}:2.0\n`),
  }));
  const { kind } = await repository.publish(base, [{ changes, message: 'All of them' }]);
  await repository.close();
  return kind;
}

function now(): number {
  return Date.UTC(2026, 10, 21, 9);
}

function pathOf(n: number): string {
  return `apps/a${n}/web.yaml`;
}

// As a program of its own, it can be killed.
if (process.argv[1] === import.meta.filename) process.stdout.write(await publishMany(process.argv[2] ?? ''));
