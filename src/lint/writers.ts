import type { ObjectHead, Reading } from '../fields/reading.ts';
import { parseReference } from '../image/reference.ts';
import { children, keyText } from '../yaml/walk.ts';
import type { UpdaterFact, WriterFact } from './facts.ts';

const keelKeys = new Set(['keel.sh/policy', 'keel.observer/policy']);
const fluxPrefixes = ['fluxcd.io/', 'flux.weave.works/'];

/** Keel's policy and Flux v1's automation, where a workload has them. Keel reads labels where no annotation says anything. */
export function writersOf(reading: Reading, { index }: ObjectHead): WriterFact[] {
  const annotations = textMap(reading, index, 'annotations');
  const labels = textMap(reading, index, 'labels');
  const keel = [...annotations, ...labels].find(({ key }) => keelKeys.has(key));
  const found: WriterFact[] = [];
  const make = (tool: WriterFact['tool'], { key, value, node }: TextEntry) =>
    void found.push({
      tool,
      setting: `${key}: ${value}`,
      document: reading.node(index).document,
      pointer: reading.pointer(index),
      ...reading.at(reading.node(node).keyStart),
    });
  if (keel !== undefined && !['', 'never'].includes(keel.value.trim())) make('Keel', keel);
  const flux = (name: string) =>
    annotations.find(
      ({ key, value }) => value === 'true' && fluxPrefixes.some((prefix) => key === `${prefix}${name}`),
    );
  const automated = flux('automated');
  if (automated !== undefined && flux('locked') === undefined && flux('ignore') === undefined)
    make('Flux v1', automated);
  return found;
}

const updaterPrefix = 'argocd-image-updater.argoproj.io/';

/** The images that Argo CD Image Updater watches for an Application: `[alias=]image[:constraint]`, with commas between. */
export function updaterOf(reading: Reading, { index, apiVersion, kind, name }: ObjectHead): UpdaterFact[] {
  if (kind !== 'Application' || !apiVersion.startsWith('argoproj.io/')) return [];
  const list = textMap(reading, index, 'annotations').find(({ key }) => key === `${updaterPrefix}image-list`);
  if (list === undefined) return [];
  const images = list.value
    .split(',')
    .map((entry) => imageIn(entry))
    .filter((image) => image !== '');
  return [{ application: name, images, ...reading.at(reading.node(list.node).keyStart) }];
}

/** A constraint need not be a tag (`:~1.2`), so it is cut off before the name is read. */
function imageIn(entry: string): string {
  const image = entry.slice(entry.indexOf('=') + 1).trim();
  const slash = image.lastIndexOf('/');
  const name = `${image.slice(0, slash + 1)}${image.slice(slash + 1).replace(/[:@].*$/, '')}`;
  return parseReference(name)?.spelled ?? '';
}

interface TextEntry {
  readonly key: string;
  readonly value: string;
  readonly node: number;
}

function textMap(reading: Reading, object: number, name: string): TextEntry[] {
  const metadata = reading.child(object, 'metadata');
  const map = metadata === undefined ? undefined : reading.child(metadata, name);
  if (map === undefined || reading.node(map).kind !== 'map') return [];
  return children(reading.outline, map).flatMap((node) => {
    const key = keyText(reading.outline, node);
    return key === undefined || !reading.isText(node) ? [] : [{ key, value: reading.text(node), node }];
  });
}
