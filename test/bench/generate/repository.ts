import { join } from 'node:path';
import { git, gitBytes } from '../../peers/git.ts';
import { imageOf, manifests, policyFiles, policyName } from './manifests.ts';
import { Random } from './random.ts';

export interface RepositorySize {
  readonly files: number;
  /** Each binds one image field; the other files hold images without a policy, or none. */
  readonly policies: number;
  readonly seed: number;
  /** Host of the images. */
  readonly host: string;
}

export interface BenchRepository {
  /** Path of the bare repository. */
  readonly path: string;
  /** Paths of the files that hold a marked image. */
  readonly marked: readonly string[];
}

/** The tag that every marked image has at first. */
export const firstTag = '1.0.0';

/** Makes a packed bare repository with one commit on `main`, two files to a folder. */
export async function makeRepository(
  folder: string,
  name: string,
  size: RepositorySize,
): Promise<BenchRepository> {
  const files = repositoryFiles(size);
  const path = await makeBareRepository(folder, name, files);
  const marker = Buffer.from('{"$tallyman');
  const marked = [...files].filter(([, bytes]) => bytes.includes(marker)).map(([file]) => file);
  return { path, marked };
}

/** Makes a packed bare repository with one commit of these files on `main`; its path. */
export async function makeBareRepository(
  folder: string,
  name: string,
  files: ReadonlyMap<string, Buffer>,
): Promise<string> {
  const path = join(folder, name);
  await git(folder, ['init', '--quiet', '--bare', name]);
  await gitBytes(path, ['fast-import', '--quiet'], { input: importStream(files) });
  await git(path, ['repack', '-adq']);
  await git(path, ['config', 'http.receivepack', 'true']);
  return path;
}

/** Path and bytes of every file. */
export function repositoryFiles({ files, policies, seed, host }: RepositorySize): Map<string, Buffer> {
  const random = new Random(seed);
  const made = new Map<string, Buffer>();
  for (const [path, text] of policyFiles(policies, 100, host)) made.set(path, Buffer.from(text));
  const rest = files - made.size;
  const bound = manifests(policies, policies, seed);
  for (let index = 0; index < rest; index++) {
    const folder = `clusters/zone-${index % 50}/app-${index >> 1}`;
    const manifest = bound[index];
    const text =
      manifest === undefined
        ? plainFile(index, random)
        : manifest.text(firstTag).replace(imageOf(manifest.policy), `${host}/acme/${policyName(index)}`);
    made.set(`${folder}/${index % 2 === 0 ? 'deployment' : 'other'}.yaml`, Buffer.from(text));
  }
  return made;
}

/** What fills a repository: small manifests of several kinds, half of them with an image that no policy wants. */
function plainFile(index: number, random: Random): string {
  const app = `${random.word()}-${index}`;
  const lines = Array.from({ length: 10 + random.below(40) }, () => `  ${random.word()}: ${random.word()}`);
  const values = [...new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line])).values()].join(
    '\n',
  );
  if (index % 2 === 1)
    return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${app}\ndata:\n${values}\n`;
  return `apiVersion: batch/v1
kind: Job
metadata:
  name: ${app}
  annotations:
${values.replaceAll(/^/gm, '  ')}
spec:
  template:
    spec:
      containers:
        - name: ${app}
          image: docker.io/acme/${app}:${random.below(9)}.${random.below(30)}.0
`;
}

/** One commit in the form of git-fast-import. */
function importStream(files: ReadonlyMap<string, Buffer>): Buffer {
  const parts: Uint8Array[] = [
    Buffer.from(
      'commit refs/heads/main\ncommitter Bench <bench@example.com> 1700000000 +0000\ndata 4\nfill\n',
    ),
  ];
  for (const [path, bytes] of files) {
    parts.push(Buffer.from(`M 100644 inline ${path}\ndata ${bytes.length}\n`), bytes, Buffer.from('\n'));
  }
  return Buffer.concat(parts);
}
