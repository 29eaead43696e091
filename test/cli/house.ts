import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { serveEmbeddedRegistry, type ServedRegistry } from '../../src/demo/registry/serve.ts';
import { initBareRepository } from '../../src/git/local/init.ts';
import { openLocalRepository } from '../../src/git/local/local-repository.ts';
import { deployment, policyFile } from '../scenarios/world.ts';
import { json, tallyman, type CliResult } from './harness.ts';

const noon = Date.parse('2026-11-20T12:00:00Z');

/** A folder with tallyman.yaml, a local bare repository, the same files as a checkout, and an embedded registry. */
export class House {
  readonly directory: string;
  readonly registry: ServedRegistry;

  private constructor(directory: string, registry: ServedRegistry) {
    this.directory = directory;
    this.registry = registry;
  }

  static async open(files: (image: House['image']) => Readonly<Record<string, string>>): Promise<House> {
    const directory = await mkdtemp(join(tmpdir(), 'tallyman-house-'));
    const house = new House(directory, await serveEmbeddedRegistry());
    const all = files(house.image);
    await initBareRepository(join(directory, 'config.git'), {
      branch: 'main',
      files: all,
      message: 'First commit\n',
      author: { name: 'Ann', email: 'ann@test.invalid' },
      now: () => Date.parse('2026-11-20T00:00:00Z'),
    });
    await house.write(all);
    await writeFile(
      join(directory, 'tallyman.yaml'),
      `repositories:
  - {name: fleet, url: ./config.git, author: {name: Bot, email: bot@test.invalid}, confirmFirstRun: false}
registries:
  - {host: "${house.registry.host}", insecure: true}
environments:
  - {name: prod, repository: fleet, paths: ["prod/**"]}
stateDirectory: state
`,
    );
    return house;
  }

  readonly image = (name: string): string => `${this.registry.host}/acme/${name}`;

  get checkout(): string {
    return join(this.directory, 'checkout');
  }

  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.checkout, path)), { recursive: true });
      await writeFile(join(this.checkout, path), text);
    }
  }

  async read(path: string): Promise<string> {
    return readFile(join(this.checkout, path), 'utf8');
  }

  /** A person commits files of the checkout, as they are there. */
  async commit(...paths: readonly string[]): Promise<void> {
    const ann = { name: 'Ann', email: 'ann@test.invalid' };
    const path = join(this.directory, 'config.git');
    const options = { name: 'fleet', path, branch: 'main', author: ann, committer: ann, now: () => noon };
    const repository = openLocalRepository(options);
    const base = await repository.sync();
    const changes = await Promise.all(
      paths.map(async (file) => ({
        path: file,
        bytes: Buffer.from(await this.read(file)),
        create: (await base.tree.entry(file)) === undefined,
      })),
    );
    await repository.publish(base, [{ changes, message: 'By hand\n', author: ann }]);
    await repository.close();
  }

  push(name: string, ...tags: readonly string[]): void {
    for (const tag of tags) {
      this.registry.registry.addImage({
        repository: `acme/${name}`,
        tag,
        created: Date.parse('2026-11-01T00:00:00Z'),
      });
    }
  }

  async run(...args: readonly string[]): Promise<CliResult> {
    return tallyman(args, { directory: this.directory });
  }

  /** The same with an environment. */
  async runIn(environment: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<CliResult> {
    return tallyman(args, { directory: this.directory, environment });
  }

  /** The document of `-o json`, with the exit code. */
  async json(...args: readonly string[]): Promise<{ exit: number; document: Record<string, unknown> }> {
    const result = await this.run(...args, '-o', 'json');
    if (result.stderr !== '') throw new Error(result.stderr);
    return { exit: result.exit, document: json(result) };
  }

  async close(): Promise<void> {
    await this.registry.close();
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** The workload `web` at 1.0.0, and a policy that follows it. */
export function webFiles(image: House['image']): Readonly<Record<string, string>> {
  return {
    'prod/web.yaml': deployment('web', `${image('web')}:1.0.0`),
    'prod/policy.yaml': policyFile('web', image('web'), 'semver: "^1"'),
  };
}
