// Loaded with --import beside a measured program: writes down how much memory it held at most, in kilobytes.
import { readFileSync, writeFileSync } from 'node:fs';

process.on('exit', () => {
  // Not `resourceUsage`, which inherits the figure of the process that started this one.
  const [, peak = ''] = /^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  writeFileSync(process.env['TALLYMAN_BENCH_PEAK'] ?? 'peak.txt', peak);
});
