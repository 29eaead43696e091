// One first look at a branch, in a process of its own, with nothing kept and no code warm. Arguments: `fields` (G1: all image fields) or
// `marks` (H1: the mark of every bound field), the url, an empty folder for the clone. The answer is one line of JSON.
import { readFileSync } from 'node:fs';
import { built } from './programs.ts';
import { openKept } from './targets/kept.ts';

const { tuneEngine } = await built<typeof import('../../src/engine.ts')>('engine');
tuneEngine(['', '', 'run', '--once']);
const { survey } = await built<typeof import('../../src/run/prepare/survey.ts')>('run/prepare/survey');
const { FactsCache } =
  await built<typeof import('../../src/run/prepare/facts-cache.ts')>('run/prepare/facts-cache');
const { prepare } = await built<typeof import('../../src/run/prepare/prepare.ts')>('run/prepare/prepare');
const { BranchHistory } =
  await built<typeof import('../../src/run/past/branch-history.ts')>('run/past/branch-history');
const { markOrder } = await built<typeof import('../../src/policy/election/mark-order.ts')>(
  'policy/election/mark-order',
);
const { plainSettings } = await built<typeof import('../../src/cli/run-settings.ts')>('cli/run-settings');

const [what = '', url = '', directory = ''] = process.argv.slice(2);
const repository = await openKept(url, directory);
// The client loads it for its first request; the clock is to run from that request on.
await import('undici');
const start = performance.now();
const startCpu = process.threadCpuUsage();
const steps: Record<string, number> = {};
const cpu: Record<string, number> = {};
const found = what === 'fields' ? await findFields() : await findMarks();
done('all');
await repository.close();
// Not `resourceUsage`, which inherits the figure of the process that started this one.
const peak = Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
process.stdout.write(`${JSON.stringify({ ms: steps['all'], cpu, steps, found, peak })}\n`);

/** The time until now, by the clock and of the processor for the main thread: a busy machine touches the latter less. */
function done(step: string): void {
  steps[step] = performance.now() - start;
  const { user, system } = process.threadCpuUsage(startCpu);
  cpu[step] = (user + system) / 1000;
}

async function findFields(): Promise<readonly number[]> {
  const { tree } = await repository.sync();
  done('synced');
  const files = await survey(tree, () => true, new FactsCache());
  return [files.reduce((sum, { facts }) => sum + facts.fields.length, 0)];
}

async function findMarks(): Promise<readonly number[]> {
  const snapshot = await repository.sync();
  done('synced');
  const { bindings } = await prepare(snapshot.tree, plainSettings, new FactsCache());
  done('prepared');
  const since = Date.now() - plainSettings.horizon;
  await snapshot.history(since);
  done('logged');
  const history = new BranchHistory(snapshot, since);
  return Promise.all(
    bindings.map(async (binding) => {
      const order = markOrder(binding.policy, binding.field.tag ?? null);
      const past = await history.past(binding, order);
      const [mark] = order?.sort(past, ({ tag }) => tag ?? '') ?? [];
      return Number(mark?.tag?.split('.')[2]);
    }),
  );
}
