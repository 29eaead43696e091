import { plainSettings } from '../../src/cli/run-settings.ts';
import { Failure } from '../../src/core/failure.ts';
import { parseDigest, type Digest } from '../../src/image/digest.ts';
import type { Tag } from '../../src/image/tag.ts';
import { KeptElections } from '../../src/run/kept-elections.ts';
import { plan, type RunPlan } from '../../src/run/plan.ts';
import type { ScanPorts } from '../../src/run/ports.ts';
import { FactsCache } from '../../src/run/prepare/facts-cache.ts';
import { prepare, type Prepared } from '../../src/run/prepare/prepare.ts';
import type { EnvironmentPaths, RunSettings } from '../../src/run/settings.ts';
import { openMemoryState } from '../../src/state/memory.ts';
import { memoryTree } from '../../src/tree/memory-tree.ts';

export const begin = Date.parse('2026-11-21T09:30:00Z');

/** All that a plan can depend on, as plain values. */
export class World {
  now = begin;
  readonly tags: Record<string, readonly string[]> = {};
  readonly down = new Set<string>();
  /** What a digest is made of, beside the tag: another number is another image. */
  moved = 0;
  files: Record<string, string> = {};
  environments: readonly EnvironmentPaths[] = [];
}

/** One process that plans again and again. */
export class Process {
  readonly #world: World;
  readonly #isKept: boolean;
  readonly #state = openMemoryState();
  #kept = new KeptElections();
  #cache = new FactsCache();
  #read: { files: World['files']; settings: RunSettings; value: Prepared } | undefined;
  readonly requests: string[] = [];

  /** @param isKept whether it remembers anything but its state store from one plan to the next */
  constructor(world: World, isKept = true) {
    this.#world = world;
    this.#isKept = isKept;
  }

  async plan(): Promise<RunPlan> {
    const world = this.#world;
    if (!this.#isKept)
      [this.#kept, this.#cache, this.#read] = [new KeptElections(), new FactsCache(), undefined];
    const known = this.#read;
    // Settings stay, as in a daemon, until somebody changes them.
    const settings =
      known?.settings.environments === world.environments
        ? known.settings
        : { ...plainSettings, environments: world.environments };
    const value =
      known?.files === world.files && known.settings === settings
        ? known.value
        : await prepare(memoryTree(world.files), settings, this.#cache);
    this.#read = { files: world.files, settings, value };
    const { plan: found } = await plan(value, {
      settings,
      ports: this.#ports(),
      branch: 'main',
      history: undefined,
      now: () => world.now,
      kept: this.#kept,
      listen: () => undefined,
    });
    this.#kept.turn();
    return found;
  }

  #ports(): ScanPorts {
    const { tags, down, moved } = this.#world;
    const digestOf = (image: string, tag: string): Digest | undefined => {
      const text = `${image}:${tag}:${tag === '1.0.0' ? moved : 0}`;
      const hex = Array.from(text, (char) => char.charCodeAt(0).toString(16)).join('');
      return parseDigest(`sha256:${hex.padEnd(64, '0').slice(-64)}`);
    };
    return {
      state: this.#state,
      tags: {
        list: async (image) => {
          if (down.has(image)) throw new Failure('unreachable', `${image} is down.`);
          return (tags[image] ?? []) as readonly Tag[];
        },
      },
      images: {
        digest: async (image, tag) => {
          this.requests.push(`${image}:${tag}`);
          return digestOf(image, tag);
        },
        inspect: async (image, tag) => {
          this.requests.push(`${image}:${tag} whole`);
          const digest = digestOf(image, tag);
          return digest && { digest, created: begin, platforms: [], labels: {} };
        },
      },
    };
  }
}
