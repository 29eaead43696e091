import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startSshd, type Sshd, type SshdOptions } from '../peers/sshd.ts';
import { email, World } from './world.ts';

/** A world whose repository is reached by ssh, through a real sshd. */
export interface SshWorld {
  readonly world: World;
  readonly sshd: Sshd;
}

/** The usual beginning: `web` at 1.0.0 with a policy, and 1.1.0 is in the registry. */
export async function openSshWorld(
  options: SshdOptions | ((world: World) => SshdOptions) = {},
): Promise<SshWorld> {
  const world = await World.open();
  const sshd = await startSshd(typeof options === 'function' ? options(world) : options);
  await world.createWeb();
  await copyFile(sshd.clientKey, join(world.directory, 'id'));
  await writeFile(join(world.directory, 'known_hosts'), sshd.knownHosts);
  return { world, sshd };
}

/** A tallyman.yaml that reaches the repository by ssh only. @returns its path */
export async function configureSsh(
  { world, sshd }: SshWorld,
  more: {
    readonly state?: string;
    readonly ssh?: string;
    readonly url?: string;
    readonly extra?: string;
  } = {},
): Promise<string> {
  const { state = '', ssh = 'key: {file: id}, knownHosts: {file: known_hosts}', extra = '' } = more;
  const { port, username } = sshd;
  const file = join(world.directory, `ssh${state}.yaml`);
  await writeFile(
    file,
    `repositories:
  - name: fleet
    url: "${more.url ?? `ssh://${username}@127.0.0.1:${port}${world.bare}`}"
    auth: {ssh: {${ssh}}}
    signing: {ssh: {key: {file: key}}}
    author: {name: Tallyman, email: ${email}}
    confirmFirstRun: false
registries:
  - {host: "${world.registry.host}", insecure: true}
stateDirectory: ssh-state${state}
${extra}`,
  );
  return file;
}
