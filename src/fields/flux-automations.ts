import { objectsOf } from './objects.ts';
import type { AutomationFact } from './model.ts';
import type { Reading } from './reading.ts';

/**
 * The Flux 2 `ImageUpdateAutomation` objects that are not suspended: each writes the fields marked for Flux below its
 * `update.path` (product.md, 2.4).
 */
export function readFluxAutomations(reading: Reading): AutomationFact[] {
  if (!reading.outline.text.includes('ImageUpdateAutomation')) return [];
  const automations: AutomationFact[] = [];
  for (const { index, apiVersion, kind, name } of objectsOf(reading)) {
    if (kind !== 'ImageUpdateAutomation' || !apiVersion.startsWith('image.toolkit.fluxcd.io/')) continue;
    const spec = reading.child(index, 'spec');
    if (spec === undefined || reading.text(reading.child(spec, 'suspend')) === 'true') continue;
    const update = reading.child(spec, 'update');
    const path = update === undefined ? '' : reading.text(reading.child(update, 'path'));
    automations.push({ name, path, ...reading.at(reading.node(index).start) });
  }
  return automations;
}
