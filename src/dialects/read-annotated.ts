import { nameClass } from '../fields/name-class.ts';
import { Reading } from '../fields/reading.ts';
import { recognise } from '../fields/recognise.ts';
import type { Outline } from '../yaml/outline.ts';
import { readApplications } from './argocd-image-updater/application.ts';
import { readImageUpdaters } from './argocd-image-updater/image-updater.ts';
import { readFlux1 } from './flux1/read.ts';
import { ForeignReading } from './foreign-reading.ts';
import { readKeel } from './keel/read.ts';
import type { ForeignFile, ForeignPolicy } from './model.ts';

/** Without one of these words a file holds nothing of Flux v1, Keel or Argo CD Image Updater. */
const telling =
  /fluxcd\.io\/|flux\.weave\.works\/|keel\.(?:sh|observer)\/|argocd-image-updater\.argoproj\.io\/|\bkeel["']?\s*:/;

/** Whether a file may hold something of these tools: to be asked before it is parsed. */
export function mayBeAnnotated(text: string): boolean {
  return telling.test(text);
}

/**
 * Reads what one file says to Flux v1, Keel and Argo CD Image Updater (product.md, 2.4), for `elect` and `convert`: they are
 * not acted on live. Never throws for what a file contains.
 * @param file path of the file in the repository, for places and problems
 */
export function readAnnotatedDialects(outline: Outline, file: string): ForeignFile {
  if (!mayBeAnnotated(outline.text)) return { policies: [], problems: [] };
  const reading = new Reading(outline, nameClass(file));
  recognise(reading);
  const source = new ForeignReading(reading, file);
  const found = [readFlux1, readKeel, readApplications, readImageUpdaters].map((read) => read(source));
  return {
    policies: distinctNames(found.flatMap(({ policies }) => policies)),
    problems: found.flatMap(({ problems }) => problems),
  };
}

/** Policies of one name get the kind of their object in front, then a number behind. */
function distinctNames(policies: readonly ForeignPolicy[]): ForeignPolicy[] {
  const counts = new Map<string, number>();
  for (const { name } of policies) counts.set(name, (counts.get(name) ?? 0) + 1);
  const used = new Set<string>();
  return policies.map((one) => {
    const wanted =
      (counts.get(one.name) ?? 0) > 1 ? `${one.object.kind.toLowerCase()}/${one.name}` : one.name;
    let name = wanted;
    for (let number = 2; used.has(name); number++) name = `${wanted}-${number}`;
    used.add(name);
    if (name === one.name) return one;
    const policy = one.policy && { ...one.policy, name: name as typeof one.policy.name };
    return { ...one, name, policy };
  });
}
