import { relative } from 'node:path';
import type { DemoOptions, Session, Wiring } from '../cli/wiring.ts';
import { Failure } from '../core/failure.ts';
import { loadConfig } from '../config/load.ts';
import { systemClock } from '../daemon/clock.ts';
import { startDaemon } from '../daemon/daemon.ts';
import { RunMemory, runRepository } from '../run/run.ts';
import { demoImages, firstRound, laterPush, type Push } from './images.ts';
import { narrator } from './narrator.ts';
import type { EmbeddedRegistry } from './registry/embedded-registry.ts';
import { serveEmbeddedRegistry } from './registry/serve.ts';
import { makeWorkshop, type Workshop } from './workshop.ts';

const pause = 4000;

/**
 * The main job on an embedded default: a registry on loopback and a bare config repository, both made on the spot. From
 * there on it is what `tallyman run` does: the same configuration, adapters and pipeline.
 */
export async function runDemo(options: DemoOptions, openSession: Wiring['openSession']): Promise<void> {
  const served = await serveEmbeddedRegistry();
  try {
    const digests = stock(served.registry, Date.now());
    const workshop = await makeWorkshop(options.directory, served.host, digests, Date.now);
    options.write(introduction(options, served.host));
    const config = await loadConfig(workshop.config);
    const session = await openSession(config, options.environment, narrator(options.write, options.style));
    try {
      push(served.registry, firstRound, options, Date.now());
      await runOnce(session);
      options.write(nextSteps(options, workshop));
      if (!options.once) await goOn(session, served.registry, options);
    } finally {
      await session.close();
    }
  } finally {
    await served.close();
  }
}

/** The images that the config repository starts with, a day old. */
function stock(registry: EmbeddedRegistry, now: number): Map<string, string> {
  const digests = new Map<string, string>();
  for (const [image, { first, others }] of Object.entries(demoImages)) {
    for (const tag of [...others, first]) {
      const created = now - 86_400_000;
      const { digest } = registry.addImage({
        repository: `acme/${image}`,
        tag,
        created,
        labels: labels(image, tag),
      });
      digests.set(`${image}:${tag}`, digest);
    }
  }
  return digests;
}

function push(registry: EmbeddedRegistry, pushes: readonly Push[], options: DemoOptions, now: number): void {
  const { style, write } = options;
  write('\n');
  for (const { image, tag } of pushes) {
    registry.addImage({ repository: `acme/${image}`, tag, created: now, labels: labels(image, tag) });
    write(`${style.cyan('push')}    CI pushes acme/${image}:${tag}\n`);
  }
}

/** What good build pipelines set; the commit message links the two revisions. */
function labels(image: string, tag: string): Record<string, string> {
  let revision = 0;
  for (const character of `${image}:${tag}`)
    revision = (Math.imul(revision, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
  return {
    'org.opencontainers.image.source': `https://git.demo.invalid/acme/${image}`,
    'org.opencontainers.image.revision': revision.toString(16).padStart(8, '0').repeat(5),
    'org.opencontainers.image.version': tag,
  };
}

async function runOnce(session: Session): Promise<void> {
  for (const { settings, ports } of session.repositories) {
    const result = await runRepository(ports, settings, new RunMemory());
    if (result.outcome === 'failed') throw result.failure;
    if (result.outcome === 'refused') throw new Failure('refused', result.words);
  }
}

/** The daemon, with CI pushing a tag now and then, until somebody stops it. */
async function goOn(session: Session, registry: EmbeddedRegistry, options: DemoOptions): Promise<void> {
  const clock = systemClock();
  const daemon = startDaemon({
    clock,
    onError: (_, error) => options.write(`${String(error)}\n`),
    units: session.repositories.map(({ config, settings, ports }) => {
      const memory = new RunMemory();
      const run = async (signal: AbortSignal): Promise<void> => {
        await runRepository(ports, settings, memory, { signal });
      };
      return { name: config.name, schedule: config.schedule, jitter: config.jitter, run };
    }),
  });
  options.write(`\n${options.style.dim('CI goes on pushing. Stop with Ctrl-C.')}\n`);
  for (let round = 1; !options.signal.aborted; round++) {
    if (await stoppedWithin(pause, options.signal)) break;
    push(registry, [laterPush(round)], options, Date.now());
    daemon.trigger();
  }
  await daemon.stop();
}

async function stoppedWithin(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return true;
  return new Promise((resolve) => {
    const stop = (): void => {
      clearTimeout(timer);
      resolve(true);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve(false);
    }, milliseconds);
    signal.addEventListener('abort', stop, { once: true });
  });
}

function introduction({ style, shownDirectory }: DemoOptions, host: string): string {
  return (
    `${style.bold('Tallyman demo')}\n` +
    `registry  http://${host} (in this process)\n` +
    `git       ${shownDirectory}/config.git: three services in two environments, and an annotated workload\n`
  );
}

function nextSteps({ style, shownDirectory, directory }: DemoOptions, workshop: Workshop): string {
  const repository = `${shownDirectory}/${relative(directory, workshop.repository)}`;
  return (
    `\n${style.bold('Look at it yourself')}\n` +
    `  git -C ${repository} log -p --show-signature\n` +
    `  git -C ${repository} verify-commit -v main     # with ${shownDirectory}/allowed_signers\n` +
    `  npm run -s tallyman -- history -c ${shownDirectory}/tallyman.yaml\n`
  );
}
