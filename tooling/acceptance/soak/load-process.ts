/**
 * The load: concurrent callers over a chain of three targets for a number of seconds. Each caller begins its next call when its
 * previous one ends. Prints its findings. Afterwards the process must end by itself.
 */
import { getEventListeners } from 'node:events';
import { createMajordomo } from '@majordomo/core';
import { seededRandom } from '@majordomo/testing';
import { oneCall, type End } from './one-call.ts';
import { closeIdle, IDLE_MS, sendReport } from './measured.ts';
import { CHAIN } from './script.ts';

/** Value at a point in time. */
export interface Sample {
  readonly seconds: number;
  /** Number of calls that have begun so far. */
  readonly calls: number;
  readonly bytes: number;
}

/** Report that the load process prints. */
export interface LoadReport {
  readonly calls: number;
  readonly ends: Readonly<Record<string, number>>;
  readonly wrong: readonly string[];
  readonly slowestMs: number;
  readonly rss: readonly Sample[];
  readonly heap: readonly Sample[];
  readonly listeners: number;
  readonly resources: { readonly before: readonly string[]; readonly after: readonly string[] };
  readonly poolClosed: boolean;
  readonly warnings: readonly string[];
}

const [seconds = 0, streams = 0] = process.argv.slice(2, 4).map(Number);
const baseURLs = process.argv.slice(4);
/** Maximum time of a call, in seconds: three targets that each take twice their timeouts, and the longest bench between them. */
const LONGEST_CALL_SECONDS = 60;

const random = seededRandom(500);
const shared = new AbortController();
const majordomo = createMajordomo({
  providers: CHAIN.map((side, at) => side.provider(`p${at}`, baseURLs[at] ?? '')),
  chain: {
    backoff: { baseMs: 20, capMs: 200 },
    timeouts: { connectMs: 5000, firstContentMs: 8000, idleMs: 5000, completeMs: 8000 },
  },
  health: { threshold: 2, cooldownMs: 300, cooldownCapMs: 20_000 },
  random: seededRandom(501),
});
// Each target is the first one for a third of the calls.
const models = CHAIN.map((_, first) =>
  majordomo.model(
    CHAIN.map((_each, n) => (first + n) % CHAIN.length)
      .map((at) => `p${at}/${CHAIN[at]?.model ?? ''}`)
      .join(),
  ),
);
const ends: Record<string, number> = {};
const wrong: string[] = [];
const warnings: string[] = [];
const rss: Sample[] = [];
const heap: Sample[] = [];
const underWay = new Set<number>();
let calls = 0;
let slowestMs = 0;

process.on('warning', ({ message }) => warnings.push(message));
const began = performance.now();
const isOver = (): boolean => performance.now() - began > seconds * 1000;

async function caller(at: number): Promise<void> {
  // Start the callers over two seconds, because opening five hundred connections at once would test the kernel's queue.
  await new Promise((resolve) => setTimeout(resolve, at * 4));
  while (!isOver()) {
    const call = calls++;
    const since = performance.now();
    underWay.add(call);
    const model = models[call % models.length];
    if (model === undefined) return;
    const end = await oneCall(model, call, random, shared.signal);
    const ms = performance.now() - since;
    underWay.delete(call);
    note(end, call, ms);
    // All targets are benched and the call fails immediately. Wait, because a call in the same turn would fail too.
    if (ms < 20) await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function note({ how, wrong: what }: End, call: number, ms: number): void {
  ends[how] = (ends[how] ?? 0) + 1;
  slowestMs = Math.max(slowestMs, ms);
  if (what !== undefined && wrong.length < 20) wrong.push(`call ${call} ${how}: ${what}`);
}

const collect = globalThis.gc;

/** Returns the memory of the process after a full garbage collection. */
function sample(): void {
  // Ignore the end, in which callers stop one after the other: this decrease would hide an increase.
  if (isOver()) return;
  // Run the garbage collection that also returns unused memory to the system, so that only memory in use is measured.
  collect?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  const at = (performance.now() - began) / 1000;
  const { rss: resident, heapUsed, external } = process.memoryUsage();
  rss.push({ seconds: at, calls, bytes: resident });
  heap.push({ seconds: at, calls, bytes: heapUsed + external });
}

const before = process.getActiveResourcesInfo().sort();
const sampling = setInterval(sample, 2000);
let late: NodeJS.Timeout | undefined;
await Promise.race([
  Promise.all(Array.from({ length: streams }, (_, at) => caller(at))),
  new Promise((resolve) => (late = setTimeout(resolve, (seconds + LONGEST_CALL_SECONDS) * 1000))),
]);
clearTimeout(late);
for (const call of underWay) wrong.push(`call ${call} has no end`);
clearInterval(sampling);
// Sockets of aborted calls close within a few turns of the event loop.
await new Promise((resolve) => setTimeout(resolve, 200));
const after = process.getActiveResourcesInfo().sort();
const poolClosed = await closeIdle(1000);
// The parent reads the open connections from the servers while this process is alive.
process.stdout.write('idle\n');
await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
const report: LoadReport = {
  calls,
  ends,
  wrong,
  slowestMs,
  rss,
  heap,
  listeners: getEventListeners(shared.signal, 'abort').length,
  resources: { before, after },
  poolClosed,
  warnings,
};
sendReport(report);
