import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { generateSshKey } from '../../src/git/signing/ssh-keygen.ts';
import { tallyman, type CliResult } from '../cli/harness.ts';
import { registryUser, startDockerRegistry, type DockerRegistry } from '../peers/docker-registry.ts';
import { startGitServer, type GitServer, type GitServerOptions } from '../peers/git-server.ts';
import { git } from '../peers/git.ts';
import { pushImage } from '../peers/push-image.ts';

export const email = 'tallyman@test.invalid';

/** A real registry, a real git server with one bare repository, and a tallyman.yaml that names both. */
export class World {
  readonly directory: string;
  readonly registry: DockerRegistry;
  readonly git: GitServer;

  private constructor(directory: string, registry: DockerRegistry, server: GitServer) {
    this.directory = directory;
    this.registry = registry;
    this.git = server;
  }

  static async open(
    options: Partial<GitServerOptions> & { readonly registryAuth?: boolean } = {},
  ): Promise<World> {
    const directory = await mkdtemp(join(tmpdir(), 'tallyman-world-'));
    const registry = await startDockerRegistry({ auth: options.registryAuth ?? false });
    const root = join(directory, 'git');
    await mkdir(root);
    const server = await startGitServer({ root, users: { bot: 'secret-word' }, ...options });
    const world = new World(directory, registry, server);
    const key = generateSshKey(email);
    await writeFile(join(directory, 'key'), key.privateKey, { mode: 0o600 });
    await writeFile(join(directory, 'allowed_signers'), `${email} namespaces="git" ${key.publicKey}\n`);
    return world;
  }

  /** @throws where native git finds fault with what the scenario left on the remote */
  async close(): Promise<void> {
    await this.git.close();
    await this.registry.close();
    try {
      if (existsSync(this.bare)) await this.inBare('fsck', '--strict');
    } finally {
      await rm(this.directory, { recursive: true, force: true });
    }
  }

  get bare(): string {
    return join(this.directory, 'git', 'fleet.git');
  }

  readonly image = (name: string): string => `${this.registry.host}/acme/${name}`;

  /** CI pushes an image. */
  async push(name: string, tag: string, created = Date.parse('2026-11-01T00:00:00Z')): Promise<string> {
    const { username, password } = registryUser;
    const login = `${username}:${password}`;
    return (await pushImage(this.registry.host, `acme/${name}`, tag, { created, login })).digest;
  }

  /** A bare repository with one commit, made by native git, and the person's checkout of it. */
  async create(files: Readonly<Record<string, string>>): Promise<void> {
    await git(this.directory, ['init', '--quiet', '--bare', '--initial-branch=main', this.bare]);
    await git(this.bare, ['config', 'http.receivepack', 'true']);
    await git(this.directory, ['init', '--quiet', '--initial-branch=main', this.checkout]);
    await this.commit(files, 'First commit');
    await this.configure();
  }

  /** The usual beginning: `web` at 1.0.0 with a policy, and 1.1.0 is in the registry. */
  async createWeb(more: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.push('web', '1.0.0');
    await this.push('web', '1.1.0');
    await this.create({
      'apps/web.yaml': deployment('web', `${this.image('web')}:1.0.0`),
      'apps/policy.yaml': policyFile('web', this.image('web'), 'semver: "^1"'),
      ...more,
    });
  }

  get checkout(): string {
    return join(this.directory, 'person');
  }

  /** A person commits and pushes, past all bots. */
  async commit(files: Readonly<Record<string, string>>, message: string): Promise<string> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.checkout, path)), { recursive: true });
      await writeFile(join(this.checkout, path), text);
    }
    await this.person('add', '--all');
    await this.person('commit', '--quiet', '--message', message);
    await this.person('push', '--quiet', this.bare, 'HEAD:main');
    return this.person('rev-parse', 'HEAD');
  }

  /** The person takes what the branch holds now. */
  async pull(): Promise<void> {
    await this.person('fetch', '--quiet', this.bare, 'main');
    await this.person('reset', '--quiet', '--hard', 'FETCH_HEAD');
  }

  /** The person takes back the newest commit. */
  async revert(commit = 'HEAD'): Promise<void> {
    await this.pull();
    await this.person('revert', '--no-edit', commit);
    await this.person('push', '--quiet', this.bare, 'HEAD:main');
  }

  /** Native git in the person's checkout. */
  async person(...args: readonly string[]): Promise<string> {
    return git(this.checkout, args);
  }

  async configure(
    more: {
      readonly state?: string;
      readonly password?: string;
      readonly extra?: string;
      readonly confirmFirstRun?: boolean;
    } = {},
  ): Promise<string> {
    const file = join(this.directory, `tallyman${more.state ?? ''}.yaml`);
    await writeFile(
      file,
      `repositories:
  - name: fleet
    url: ${this.git.url}/fleet.git
    auth: {basic: {username: bot, password: {env: GIT_PASSWORD}}}
    signing: {ssh: {key: {file: key}}}
    author: {name: Tallyman, email: ${email}}
    confirmFirstRun: ${more.confirmFirstRun ?? false}
registries:
  - {host: "${this.registry.host}", insecure: true}
stateDirectory: state${more.state ?? ''}
${more.extra ?? ''}`,
    );
    return file;
  }

  /** The command line, in this process, with the world's configuration. */
  async tallyman(
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ): Promise<CliResult> {
    return tallyman(args, {
      directory: this.directory,
      environment: { GIT_PASSWORD: 'secret-word', ...environment },
    });
  }

  /** Native git on the bare repository. */
  async inBare(...args: readonly string[]): Promise<string> {
    return git(this.bare, args);
  }

  async head(): Promise<string> {
    return this.inBare('rev-parse', 'main');
  }

  async commits(): Promise<number> {
    return Number(await this.inBare('rev-list', '--count', 'main'));
  }

  /** @throws where native git does not accept the signature */
  async verify(commit = 'main'): Promise<void> {
    const signers = join(this.directory, 'allowed_signers');
    await this.inBare('-c', `gpg.ssh.allowedSignersFile=${signers}`, 'verify-commit', commit);
  }

  async file(path: string): Promise<string> {
    return readFile(join(this.checkout, path), 'utf8');
  }
}

export function policyFile(name: string, image: string, rule: string, more = ''): string {
  return `apiVersion: tallyman.dev/v1
kind: ImagePolicy
metadata:
  name: ${name}
  annotations: {config.kubernetes.io/local-config: "true"}
spec:
  image: ${image}
  policy: {${rule}}
${more}`;
}

export function deployment(name: string, reference: string): string {
  return `# ${name}, by hand
apiVersion: apps/v1
kind: Deployment
metadata:
    name: ${name}   # odd indentation
spec:
    template:
        spec:
            containers:
            -   name: ${name}
                image:  "${reference}"    # comment

                ports: [ {containerPort: 80} ]
`;
}
