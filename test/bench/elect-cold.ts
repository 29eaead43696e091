// One cold election of S3 and the cycle after it, in a process of its own. Arguments: the kind, the number of tags, the seed. The answer is one
// line of JSON. Before the clock runs one election is made over other tags, so that the code is warm and nothing of the answer is.
import type { Tag } from '../../src/image/tag.ts';
import type { Policy } from '../../src/policy/model.ts';
import { kinds, type Kind } from './election-kinds.ts';
import { Random } from './generate/random.ts';
import { built } from './programs.ts';

const { decide } =
  await built<typeof import('../../src/policy/election/decide.ts')>('policy/election/decide');
const { ReadingsCache } =
  await built<typeof import('../../src/policy/election/readings.ts')>('policy/election/readings');
const { parseRepository } = await built<typeof import('../../src/image/reference.ts')>('image/reference');
const { annotationPolicy, parseShorthand } =
  await built<typeof import('../../src/policy/document/shorthand.ts')>('policy/document/shorthand');

const [name = '', count = '', seed = ''] = process.argv.slice(2);
const kind = kinds.find((one) => one.name === name);
if (kind === undefined) throw new Error(`there is no kind ${name}`);
const policy = policyOf(kind);
elect(kind.tags(Number(count), new Random(Number(seed) + 1)), new ReadingsCache());

const tags = kind.tags(Number(count), new Random(Number(seed)));
const cache = new ReadingsCache();
const cold = elect(tags, cache);
cache.turn();
// As the next listing gives it: other strings with the same text, and a few that are new.
const later = JSON.parse(JSON.stringify(tags)) as string[];
kind
  .tags(Number(count) + 100, new Random(Number(seed) + 2))
  .slice(-100)
  .forEach((tag, index) => later.splice(index * Math.floor(tags.length / 100), 0, `${tag}9`));
const warm = elect(later, cache);
process.stdout.write(`${JSON.stringify({ cold, warm })}\n`);

/** Milliseconds of one election. */
function elect(list: readonly string[], readings: InstanceType<typeof ReadingsCache>): number {
  const created = Object.fromEntries(
    list.flatMap((tag, index) => (tag.startsWith('main-') ? [[tag, Date.UTC(2026, 0, 1) + index]] : [])),
  );
  const digests = { 'main-0': 'sha256:0' as never };
  const facts = { tags: list as readonly Tag[], created, digests };
  const current = { tag: null, digest: null };
  const input = { policy, current, facts, past: [], holds: [], wantsDigest: false, now: () => 0 };
  const start = performance.now();
  const step = decide(input, readings);
  const ms = performance.now() - start;
  if ('needs' in step) throw new Error(`${name} needs ${JSON.stringify(step.needs).slice(0, 80)}`);
  const { considered, elected } = step.decision;
  if (considered !== list.length || elected === null)
    throw new Error(`${name} elected nothing: ${step.decision.reason}`);
  return ms;
}

function policyOf({ rule, filter }: Kind): Policy {
  const read = parseShorthand(rule);
  const image = parseRepository('registry.test/acme/web');
  if (!('rule' in read) || image === undefined) throw new Error(`${rule} is no rule`);
  const place = { file: 'web.yaml', line: 1, column: 1 };
  return { ...annotationPolicy('web', place, image, read.rule), filter };
}
