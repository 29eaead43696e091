// One first look at a branch, in a process of its own, with nothing kept and no code warm. Arguments: `fields` (G1: all image fields) or
// `marks` (H1: what every bound field held), the url, an empty folder for the clone. The answer is one line of JSON.
import { built } from './programs.ts';
import { openKept } from './targets/kept.ts';

const { survey } = await built<typeof import('../../src/run/prepare/survey.ts')>('run/prepare/survey');
const { FactsCache } =
  await built<typeof import('../../src/run/prepare/facts-cache.ts')>('run/prepare/facts-cache');
const { prepare } = await built<typeof import('../../src/run/prepare/prepare.ts')>('run/prepare/prepare');
const { BranchHistory } =
  await built<typeof import('../../src/run/past/branch-history.ts')>('run/past/branch-history');
const { plainSettings } = await built<typeof import('../../src/cli/run-settings.ts')>('cli/run-settings');

const [what = '', url = '', directory = ''] = process.argv.slice(2);
const repository = await openKept(url, directory);
const start = performance.now();
const answer = what === 'fields' ? await findFields() : await findMarks();
await repository.close();
const peak = process.resourceUsage().maxRSS / 1024;
process.stdout.write(`${JSON.stringify({ ...answer, peak })}\n`);

async function findFields(): Promise<object> {
  const { tree } = await repository.sync();
  const synced = performance.now() - start;
  const files = await survey(tree, () => true, new FactsCache());
  const ms = performance.now() - start;
  return { ms, steps: { synced }, found: [files.reduce((sum, { facts }) => sum + facts.fields.length, 0)] };
}

async function findMarks(): Promise<object> {
  const snapshot = await repository.sync();
  const synced = performance.now() - start;
  const { bindings } = await prepare(snapshot.tree, plainSettings, new FactsCache());
  const prepared = performance.now() - start;
  const since = Date.now() - plainSettings.horizon;
  await snapshot.history(since);
  const logged = performance.now() - start;
  const history = new BranchHistory(snapshot, since);
  const pasts = await Promise.all(bindings.map((binding) => history.past(binding)));
  const ms = performance.now() - start;
  const found = pasts.map((past) => new Set(past.map(({ tag }) => tag)).size);
  return { ms, steps: { synced, prepared, logged }, found };
}
