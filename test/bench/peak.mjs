// Loaded with --import beside a measured program: writes down how much memory it held at most, in kilobytes.
import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  writeFileSync(process.env['TALLYMAN_BENCH_PEAK'] ?? 'peak.txt', String(process.resourceUsage().maxRSS));
});
