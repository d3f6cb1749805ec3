/** Members of Node's process that the metrics read. */
interface NodeProcess {
  uptime(): number;
  cpuUsage(): { readonly user: number; readonly system: number };
  readonly memoryUsage: { rss(): number };
}

const MICROSECONDS = 1e6;

/** Returns the metrics of the process, or `''` on a platform without Node's `process`. */
export function processLines(): string {
  const { process } = globalThis as { readonly process?: Partial<NodeProcess> };
  if (process?.memoryUsage?.rss === undefined || process.cpuUsage === undefined || !process.uptime) return '';
  const { user, system } = process.cpuUsage();
  const start = Date.now() / 1000 - process.uptime();
  return [
    gauge('process_start_time_seconds', 'Start time of the process.', start),
    gauge('process_resident_memory_bytes', 'Memory of the process.', process.memoryUsage.rss()),
    `# HELP process_cpu_seconds_total CPU time of the process.\n# TYPE process_cpu_seconds_total counter\n`,
    `process_cpu_seconds_total ${(user + system) / MICROSECONDS}\n`,
  ].join('');
}

const gauge = (name: string, help: string, value: number): string =>
  `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name} ${value}\n`;
