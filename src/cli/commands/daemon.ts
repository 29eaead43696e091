import type { Config } from '../../config/model.ts';
import { startDaemon, type Daemon } from '../../daemon/daemon.ts';
import { systemClock } from '../../daemon/clock.ts';
import { createMetrics } from '../../http/metrics.ts';
import { createReadiness } from '../../http/readiness.ts';
import { startServer } from '../../http/server.ts';
import { RunMemory, runRepository } from '../../run/run.ts';
import type { RunEvent } from '../../run/events.ts';
import type { ExitCode } from '../answer.ts';
import type { CliContext } from '../context.ts';
import { narrow, readConfig, type ConfigOptions } from '../session.ts';
import type { Log, Session } from '../wiring.ts';

/** `tallyman run`: the daemon. Ends when it is told to, and then with 0. */
export async function runDaemon(options: ConfigOptions, context: CliContext): Promise<ExitCode> {
  const config = narrow(await readConfig(options, context), options.repository);
  const log = await context.wiring.openLog(config, (line) => context.errors.write(line));
  const metrics = createMetrics();
  const readiness = createReadiness(config.repositories.map(({ name }) => name));
  const listen = (event: RunEvent): void => {
    log.listen(event);
    metrics.listen(event);
    readiness.listen(event);
  };
  const session = await context.wiring.openSession(config, context.environment, listen);
  try {
    const server =
      config.server === undefined
        ? undefined
        : await startServer({ listen: config.server, metrics, ready: () => readiness.problems() });
    try {
      if (server !== undefined) log.info('listening', { address: server.address });
      await runUntilStopped(session, config, log, context, () => readiness.shutDown());
    } finally {
      await server?.close();
    }
  } finally {
    await session.close();
  }
  log.info('stopped');
  return 0;
}

async function runUntilStopped(
  session: Session,
  config: Config,
  log: Log,
  context: CliContext,
  stopping: () => void,
): Promise<void> {
  const stopped = Promise.withResolvers<void>();
  const daemon = start(session, config, log);
  const release = context.onSignal((signal) => {
    log.info(signal === 'stop' ? 'stopping' : 'looking at everything now');
    if (signal === 'reload') daemon.trigger();
    else {
      stopping();
      daemon.stop().then(stopped.resolve, stopped.reject);
    }
  });
  log.info('started', { repositories: session.repositories.map(({ config: { name } }) => name) });
  try {
    await stopped.promise;
  } finally {
    release();
  }
}

function start(session: Session, config: Config, log: Log): Daemon {
  return startDaemon({
    clock: systemClock(),
    concurrency: config.concurrency,
    onError: (unit, error) => log.error('run ended by a bug', { repository: unit, error }),
    units: session.repositories.map(({ config: repository, settings, ports }) => {
      const memory = new RunMemory();
      return {
        name: repository.name,
        schedule: repository.schedule,
        jitter: repository.jitter,
        quiet: repository.quiet,
        maxWait: repository.maxWait,
        run: async (signal: AbortSignal) => {
          await runRepository(ports, settings, memory, { signal });
        },
      };
    }),
  });
}
