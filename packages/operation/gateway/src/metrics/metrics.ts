import type { MetricSample, RequestEvent } from '@majordomo/admin';
import type { CallEvent, Majordomo } from '@majordomo/core';
import { MetricFamily, type Labels } from './metric-family.ts';

/** Metrics of a gateway. The only value of a client that may become a label is a served model name. */
export class Metrics {
  private readonly families = {
    requests: new MetricFamily('requests_total', 'counter', 'Requests by route and status.'),
    seconds: new MetricFamily('request_duration_seconds', 'histogram', 'Duration of requests.'),
    open: new MetricFamily('requests_in_progress', 'gauge', 'Requests in progress.'),
    streams: new MetricFamily('streams_in_progress', 'gauge', 'Streamed responses in progress.'),
    calls: new MetricFamily('calls_total', 'counter', 'Calls by served model and outcome.'),
    attempts: new MetricFamily('attempts_total', 'counter', 'Attempts by target, outcome and kind of error.'),
    attemptSeconds: new MetricFamily('attempt_duration_seconds', 'histogram', 'Duration of attempts.'),
    first: new MetricFamily('first_content_seconds', 'histogram', 'Time to the first content.'),
    tokens: new MetricFamily('tokens_total', 'counter', 'Tokens by target and direction.'),
    benched: new MetricFamily('target_benched', 'gauge', 'Whether a target is benched.'),
    reload: new MetricFamily('config_reload_success', 'gauge', 'Whether the last update was accepted.'),
    reloadTime: new MetricFamily(
      'config_reload_timestamp_seconds',
      'gauge',
      'Time of the last accepted update.',
    ),
  };

  constructor() {
    // A metric without a series is not written, and these two are 0 before the first request.
    this.families.open.add({}, 0);
    this.families.streams.add({}, 0);
  }

  onRequestStart(): void {
    this.families.open.add({}, 1);
  }

  onRequest({ route, status, ms }: RequestEvent): void {
    this.families.open.add({}, -1);
    this.families.requests.add({ route, status: `${status}` }, 1);
    this.families.seconds.observe({ route }, ms / 1000);
  }

  onStreamStart(): void {
    this.families.streams.add({}, 1);
  }

  onStreamEnd(): void {
    this.families.streams.add({}, -1);
  }

  onUpdate(isAccepted: boolean, now: number): void {
    this.families.reload.set({}, Number(isAccepted));
    if (isAccepted) this.families.reloadTime.set({}, now / 1000);
  }

  /** Updates the metrics after an event of a call. `model`: served name, or `other`. */
  onEvent(event: CallEvent, model: string): void {
    const { calls, attempts, attemptSeconds, first, tokens } = this.families;
    if (event.type === 'committed') first.observe({ model }, event.msToFirst / 1000);
    if (event.type === 'call-end') calls.add({ model, outcome: event.outcome }, 1);
    if (event.type !== 'attempt-end') return;
    const { target, outcome, error, ms, usage } = event.result;
    attempts.add({ target, outcome, kind: error?.kind ?? '' }, 1);
    attemptSeconds.observe({ target }, ms / 1000);
    // Values of the label `direction`, by the member of the usage.
    const directions: Labels = {
      input: 'input',
      output: 'output',
      cacheRead: 'cache_read',
      cacheWrite: 'cache_write',
    };
    for (const [name, direction] of Object.entries(directions)) {
      const count = usage?.[name as 'input'];
      if (count !== undefined) tokens.add({ target, direction }, count);
    }
  }

  /** Returns the metrics in Prometheus' text format. `samples`: counters of mounted handlers. `now`: time in milliseconds. */
  text({ health }: Majordomo, samples: readonly MetricSample[], now: number): string {
    this.families.benched.clear();
    for (const [target, { state, until = 0 }] of Object.entries(health.snapshot()))
      this.families.benched.set({ target }, Number(state === 'benched' && until > now));
    return [...Object.values(this.families), ...familiesOf(samples)]
      .map((family) => family.text())
      .join('')
      .concat(processLines());
  }
}

function familiesOf(samples: readonly MetricSample[]): Iterable<MetricFamily> {
  const families = new Map<string, MetricFamily>();
  for (const { name, help, labels, value } of samples) {
    const family = families.get(name) ?? new MetricFamily(name, 'counter', help);
    families.set(name, family);
    family.set(labels, value);
  }
  return families.values();
}

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
