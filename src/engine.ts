import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/**
 * Tells the engine what kind of process this will be (docs/performance.md, E1, G1 and M1): before it does anything large, and once. An engine
 * that does not know a flag goes on without.
 * @param argv of the process
 */
export function tuneEngine([, , command = '', ...rest]: readonly string[]): void {
  const stays = command === 'run' && !rest.includes('--once');
  for (const flag of [...plainWasm, ...(stays ? littleMemory : littleCompiling)]) setFlagsFromString(flag);
  if (!stays) keepNurseryBelow(largestNursery);
}

/** To optimize undici's reader of HTTP, which is WebAssembly, takes a thread 0.1 s and 22 MB that it does not give back, and saves nothing that could be measured. */
const plainWasm = ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering'];

const noLargerNursery = '--semi-space-growth-factor=1';

/**
 * For who stays: memory against processor time. The nursery remains as it is at the start, too small for several threads to share its collecting; and garbage may grow to a
 * fifth of what is in use, which is little while a daemon waits, where the engine would let it grow to several times that.
 */
const littleMemory = [noLargerNursery, '--no-parallel-scavenge', '--heap-growing-percent=20'];

/**
 * For who ends soon. The last stage of compilation takes a function that was called 3,000 times, and a second core for as long as the main thread takes for all its work. What is called
 * a few thousand times in all does not give that back; what is called far more often, as the scanner of YAML is, still gets it.
 */
const littleCompiling = ['--invocation-count-for-turbofan=20000'];

/** Bytes, of both its halves. */
const largestNursery = 4 * 1024 ** 2;

/**
 * The engine doubles its nursery, the room for new objects, whenever much of it is kept, to 64 MB and more. Each page of that the system first has to find and to empty, and no
 * cache holds it; and what we keep of a repository is kept for long, however late the collector looks. How large the nursery may become can only be said before the engine
 * starts; how fast it grows, at any time.
 */
function keepNurseryBelow(bytes: number): void {
  const observer = new PerformanceObserver(() => {
    const nursery = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space');
    if (nursery !== undefined && nursery.space_size < bytes) return;
    setFlagsFromString(noLargerNursery);
    observer.disconnect();
  });
  observer.observe({ entryTypes: ['gc'] });
}
