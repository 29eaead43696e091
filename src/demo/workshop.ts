import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../core/failure.ts';
import { initBareRepository } from '../git/local/init.ts';
import { generateSshKey } from '../git/signing/ssh-keygen.ts';
import { configFiles, type Digests } from './config-files.ts';

/** The folder that the demo works in. */
export interface Workshop {
  /** tallyman.yaml of the demo. */
  readonly config: string;
  /** The bare config repository. */
  readonly repository: string;
  readonly allowedSigners: string;
}

const sign = '.made-by-tallyman-demo';
const email = 'tallyman@demo.invalid';

/**
 * Makes the demo's folder anew: a bare repository, a signing key, the file of allowed signers and the configuration.
 * @throws Failure `usage` where the folder holds something that the demo did not make
 */
export async function makeWorkshop(
  directory: string,
  host: string,
  digests: Digests,
  now: () => number,
): Promise<Workshop> {
  await clear(directory);
  const workshop = {
    config: join(directory, 'tallyman.yaml'),
    repository: join(directory, 'config.git'),
    allowedSigners: join(directory, 'allowed_signers'),
  };
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, sign), 'The demo deletes this folder when it starts again.\n');
  await writeFile(workshop.config, configuration(host));
  const key = generateSshKey(email);
  await writeFile(join(directory, 'signing_key'), key.privateKey, { mode: 0o600 });
  await writeFile(workshop.allowedSigners, `${email} namespaces="git" ${key.publicKey}\n`);
  const author = { name: 'A platform engineer', email: 'engineer@demo.invalid' };
  const message = 'Describe the clusters, and let Tallyman release to them\n';
  await initBareRepository(workshop.repository, {
    branch: 'main',
    files: configFiles(host, digests),
    message,
    author,
    now,
  });
  await trustSigners(workshop);
  return workshop;
}

async function clear(directory: string): Promise<void> {
  if (!existsSync(directory)) return;
  const names = readdirSync(directory);
  if (names.length > 0 && !names.includes(sign)) {
    const message = `${directory} is not empty and was not made by the demo. Name another folder with --dir, or empty it.`;
    throw new Failure('usage', message, { file: directory });
  }
  await rm(directory, { recursive: true });
}

/** So that native git verifies the demo's commits without being told where the signers are. */
async function trustSigners({ repository, allowedSigners }: Workshop): Promise<void> {
  const file = join(repository, 'config');
  const quoted = allowedSigners.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  const settings = await readFile(file, 'utf8');
  await writeFile(file, `${settings}[gpg "ssh"]\n\tallowedSignersFile = "${quoted}"\n`);
}

function configuration(host: string): string {
  return `# Made by "tallyman demo". Every command reads it: tallyman history -c THIS_FILE
repositories:
  - name: fleet
    url: ./config.git
    branch: main
    signing: {ssh: {key: {file: signing_key}}}
    author: {name: Tallyman, email: ${email}}
    # Elsewhere the first run waits until a person has accepted its plan; a demo need not.
    confirmFirstRun: false
registries:
  - {host: "${host}", insecure: true}
environments:
  - {name: staging, repository: fleet, paths: ["clusters/staging/**"]}
  - {name: prod, repository: fleet, paths: ["clusters/prod/**"]}
interval: 1m
stateDirectory: state
`;
}
