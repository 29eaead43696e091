import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveEmbeddedRegistry, type ServedRegistry } from '../../src/demo/registry/serve.ts';
import { initBareRepository } from '../../src/git/local/init.ts';
import { openLocalRepository } from '../../src/git/local/local-repository.ts';
import type { ConfigRepository, FileChange } from '../../src/git/repository.ts';
import { createHttpClient } from '../../src/net/undici-client.ts';
import { createOciRegistry } from '../../src/registry/oci/oci-registry.ts';
import type { RunEvent } from '../../src/run/events.ts';
import type { RunPorts } from '../../src/run/ports.ts';
import { RunMemory, runRepository, type RunOptions, type RunResult } from '../../src/run/run.ts';
import type { RunSettings } from '../../src/run/settings.ts';
import { openMemoryState } from '../../src/state/memory.ts';
import { deployment, policyFile } from '../scenarios/world.ts';

const person = { name: 'Bot', email: 'bot@test.invalid' };

/** A local bare repository, the embedded registry over HTTP, and the run between them. */
export class Stage {
  readonly events: RunEvent[] = [];
  memory = new RunMemory();
  readonly registry: ServedRegistry;
  readonly repository: ConfigRepository;
  settings: RunSettings;
  readonly #directory: string;
  readonly #client = createHttpClient();
  /** `GET manifests/1.0.0`: every request to the registry. */
  readonly requests: string[] = [];
  ports: RunPorts;
  now = Date.parse('2026-11-21T09:00:00Z');

  private constructor(directory: string, registry: ServedRegistry) {
    this.#directory = directory;
    this.registry = registry;
    this.repository = openLocalRepository({
      name: 'fleet',
      path: this.path,
      branch: 'main',
      author: person,
      committer: person,
      now: () => this.now,
    });
    const oci = createOciRegistry({
      client: {
        request: (request) => {
          this.requests.push(
            `${request.method} ${new URL(request.url).pathname.replace(/^\/v2\/acme\/[^/]+\//, '')}`,
          );
          return this.#client.request(request);
        },
        close: () => this.#client.close(),
      },
      credentials: { credentials: async () => undefined },
      insecureHosts: new Set([registry.host]),
      now: () => this.now,
    });
    this.settings = {
      repository: 'fleet',
      paths: [],
      policyRoots: [],
      environments: [{ name: 'prod', paths: ['prod/**'], paused: false, freezes: [] }],
      horizon: 365 * 86_400_000,
      scanConcurrency: 4,
      template: undefined,
      maxReleasesPerRun: 50,
      confirmFirstRun: false,
    };
    this.ports = {
      tags: oci,
      images: oci,
      state: openMemoryState(),
      repository: this.repository,
      now: () => this.now,
      random: () => 0.5,
      sleep: async () => {},
      listen: (event) => this.events.push(event),
    };
  }

  /** Files are made with the registry's host, since it is not known before. */
  static async open(
    files: (image: Stage['image'], put: Stage['put']) => Readonly<Record<string, string>>,
  ): Promise<Stage> {
    const directory = await mkdtemp(join(tmpdir(), 'tallyman-stage-'));
    const registry = await serveEmbeddedRegistry();
    const stage = new Stage(directory, registry);
    await initBareRepository(join(directory, 'fleet.git'), {
      branch: 'main',
      files: files(stage.image, stage.put),
      message: 'First commit\n',
      author: person,
      now: () => stage.now,
    });
    return stage;
  }

  /** Of the bare repository. */
  get path(): string {
    return join(this.#directory, 'fleet.git');
  }

  readonly image = (name: string): string => `${this.registry.host}/acme/${name}`;

  /** Pushes an image of a given content. @returns its digest */
  readonly put = (name: string, tag: string, content: string): string =>
    this.registry.registry.addImage({ repository: `acme/${name}`, tag, content, created: this.now }).digest;

  /** As after the loss of the state directory and a restart. */
  forget(): void {
    this.memory = new RunMemory();
    this.ports = { ...this.ports, state: openMemoryState() };
  }

  push(name: string, ...tags: readonly string[]): void {
    for (const tag of tags) {
      this.registry.registry.addImage({ repository: `acme/${name}`, tag, created: this.now });
    }
  }

  async run(options: RunOptions = {}): Promise<RunResult> {
    return runRepository(this.ports, this.settings, this.memory, options);
  }

  /** A person commits, past the bot. */
  async commit(files: Readonly<Record<string, string>>, message = 'A person was here\n'): Promise<void> {
    const changes: FileChange[] = Object.entries(files).map(([path, text]) => ({
      path,
      bytes: Buffer.from(text),
    }));
    const base = await this.repository.sync();
    await this.repository.publish(base, [
      { changes, message, author: { name: 'Ann', email: 'ann@test.invalid' } },
    ]);
  }

  async file(path: string): Promise<string> {
    const { tree } = await this.repository.sync();
    const entry = await tree.entry(path);
    let text = '';
    if (entry !== undefined)
      await tree.read([entry], (_, bytes) => void (text = Buffer.from(bytes).toString()));
    return text;
  }

  async close(): Promise<void> {
    await this.repository.close();
    await this.#client.close();
    await this.registry.close();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** A workload and its policy, with more lines of spec. */
export function web(image: Stage['image'], more = ''): Record<string, string> {
  return {
    'prod/web.yaml': deployment('web', `${image('web')}:1.0.0`),
    'prod/policy.yaml': policyFile('web', image('web'), 'semver: "^1"', more),
  };
}

export function titles(result: RunResult): readonly string[] {
  return result.outcome === 'failed' ? [] : result.plan.commits.map(({ title }) => title);
}

export function codes(result: RunResult): readonly string[] {
  return result.outcome === 'failed' ? [] : result.plan.problems.map(({ code }) => code);
}

/** Puts a publish of its own before the repository's. @returns how often it was called */
export function wrap(opened: Stage, publish: ConfigRepository['publish']): () => number {
  let calls = 0;
  const { repository } = opened;
  opened.ports = {
    ...opened.ports,
    repository: {
      name: repository.name,
      sync: (signal) => repository.sync(signal),
      publish: (base, drafts, signal) => {
        calls++;
        return publish(base, drafts, signal);
      },
      close: () => repository.close(),
    },
  };
  return () => calls;
}
