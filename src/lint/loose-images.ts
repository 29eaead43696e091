import { chartFolders } from '../bindings/file-problems.ts';
import type { Binding } from '../bindings/model.ts';
import { reachOf } from '../bindings/reach.ts';
import type { Advice } from '../core/problem.ts';
import { readMarkers } from '../fields/markers.ts';
import { isVendored, nameClass } from '../fields/name-class.ts';
import type { Reading } from '../fields/reading.ts';
import { recognise } from '../fields/recognise.ts';
import { parseReference, parseRepository } from '../image/reference.ts';
import type { Policy } from '../policy/model.ts';
import type { LooseImageFact } from './facts.ts';
import type { LintedFile } from './tree.ts';

/**
 * Images under a key that speaks of one (`kanikoImage: repo:tag`, `script: {image: repo:tag}`, `images: {web: repo:tag}`), and names beside which no tag stands that is
 * recognised (`imageRepository: repo`): no image field of product.md, 4, so that no policy moves them by their name.
 */
export function looseImagesOf(reading: Reading): LooseImageFact[] {
  const found = reading.outline.nodes.flatMap((_, index) => {
    const fact = looseImageAt(reading, index);
    return fact === undefined ? [] : [{ index, fact }];
  });
  if (found.length === 0) return [];
  recognise(reading);
  readMarkers(reading);
  const isLoose = (index: number): boolean =>
    !reading.taken.has(index) && !reading.fieldOf.has(reading.node(index).parent);
  return found.filter(({ index }) => isLoose(index)).map(({ fact }) => fact);
}

function looseImageAt(reading: Reading, index: number): LooseImageFact | undefined {
  const { kind, start, parent } = reading.node(index);
  if (kind !== 'scalar') return undefined;
  const isName = /repository["']?$/i.test(keyAt(reading, index));
  if (!isName && ![index, parent].some((at) => /image/i.test(keyAt(reading, at)))) return undefined;
  const text = reading.text(index);
  const reference = parseReference(text);
  if (reference?.tag !== undefined || reference?.digest !== undefined)
    return { written: text, repository: reference.repository, isTagged: true, ...reading.at(start) };
  if (!isName) return undefined;
  const registry = reading.text(reading.textChild(parent, 'registry'));
  const whole = registry === '' ? text : `${registry}/${text}`;
  const repository = parseRepository(whole)?.repository;
  return repository && { written: whole, repository, isTagged: false, ...reading.at(start) };
}

/** As it is written; empty where there is none. */
function keyAt(reading: Reading, index: number): string {
  if (index === -1) return '';
  const { keyStart, keyEnd } = reading.node(index);
  return keyStart === -1 ? '' : reading.outline.text.slice(keyStart, keyEnd);
}

/**
 * Where the image of a policy stands in its reach, and is no field that a policy moves: its writer may count on it. One advice for each file, policy and kind.
 * @param policyRoots as in tallyman.yaml
 */
export function looseImages(
  files: readonly LintedFile[],
  bindings: readonly Binding[],
  policies: readonly Policy[],
  policyRoots: readonly string[],
): Advice[] {
  const reaches = policies
    .filter(({ dialect }) => dialect === 'tallyman')
    .map((policy) => reachOf(policy, { policyRoots }));
  const byRepository = Map.groupBy(reaches, ({ policy }) => policy.image.repository);
  const moved = new Set(
    bindings.flatMap(({ file, field }) => field.parts.map(({ line, column }) => `${file} ${line} ${column}`)),
  );
  const charts = chartFolders(files);
  return files.flatMap(({ path, facts }) => {
    if (facts.looseImages.length === 0 || isVendored(path, charts)) return [];
    const loose = facts.looseImages.filter(({ line, column }) => !moved.has(`${path} ${line} ${column}`));
    const groups = Map.groupBy(loose, ({ repository, isTagged }) => `${repository} ${isTagged}`);
    return [...groups.values()].flatMap((images) => {
      const [first] = images;
      const reaching = (first && byRepository.get(first.repository))?.filter((reach) => reach.covers(path));
      const deepest = reaching?.toSorted((a, b) => b.depth - a.depth)[0];
      return deepest === undefined ? [] : (advice(path, deepest.policy.name, images) ?? []);
    });
  });
}

function advice(file: string, policy: string, images: readonly LooseImageFact[]): Advice | undefined {
  const [first] = images;
  if (first === undefined) return undefined;
  const { written, isTagged, line, column } = first;
  const more =
    images.length > 1
      ? ` (as ${images.length === 2 ? 'does' : 'do'} ${images.length - 1} more in this file)`
      : '';
  const what = isTagged
    ? `${written} stands here${more}, in no place that is known to hold an image`
    : `${written} stands here${more}, and no tag or digest is recognised beside it`;
  const part = isTagged ? '' : ':tag';
  const where = isTagged ? 'it' : 'the tag';
  const targets = `name ${where} in the targets of the policy`;
  const remedy = file.endsWith('.json')
    ? targets
    : `put # {"$tallyman": "${policy}${part}"} behind ${where}, or ${targets}`;
  const isOther = !isTagged && ['yaml', 'json'].includes(nameClass(file));
  const hint = isOther ? ' Files of Helm values are known by names that begin or end in values.' : '';
  const message = `${what}, so the policy ${policy} does not move it. If it should, ${remedy}.${hint}`;
  return { code: 'unmoved-image', file, line, column, message, policy };
}
