import { asFailure, type Failure } from '../core/failure.ts';
import { registryHost, type Repository } from '../image/reference.ts';
import type { Tag } from '../image/tag.ts';
import { mapLimited } from './concurrency.ts';
import type { RunListener } from './events.ts';
import type { ScanPorts } from './ports.ts';

/** The whole tag list of an image, or why there is none. */
export type Scan = { readonly tags: readonly Tag[] } | { readonly failure: Failure };

export type Scans = ReadonlyMap<Repository, Scan>;

interface ScanOptions {
  readonly concurrency: number;
  readonly now: () => number;
  readonly listen: RunListener;
  readonly signal?: AbortSignal | undefined;
}

/** Lists the tags of each image once, however many policies want it. A failure concerns its own image only. */
export async function scanImages(
  images: Iterable<Repository>,
  ports: Pick<ScanPorts, 'tags'>,
  options: ScanOptions,
): Promise<Scans> {
  const distinct = [...new Set(images)].sort();
  const scans = await mapLimited(distinct, options.concurrency, async (image) =>
    scanImage(image, ports, options),
  );
  return new Map(scans);
}

async function scanImage(
  image: Repository,
  ports: Pick<ScanPorts, 'tags'>,
  options: ScanOptions,
): Promise<[Repository, Scan]> {
  const host = registryHost(image);
  const started = options.now();
  try {
    const tags = await ports.tags.list(image, options.signal);
    options.listen({ kind: 'scanned', image, host, tags: tags.length, ms: options.now() - started });
    return [image, { tags }];
  } catch (error) {
    const failure = asFailure(error);
    options.listen({ kind: 'scan-failed', image, host, code: failure.code, message: failure.message });
    return [image, { failure }];
  }
}
