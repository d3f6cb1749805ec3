// The conformance suite, run without a test runner.
import { casesFor, conformance } from '@majordomo/conformance';

/** One or two cases of each group, which check fetch, streams, timers and signals of a runtime. */
const SMOKE = new Set([
  'text',
  'unicode-split',
  'whole-equals-deltas',
  'parallel-tool-calls',
  'tool-result',
  'reasoning-replay',
  'structured-output',
  'image',
  'failure-rate-limit',
  'retry-after',
  'secret',
  'in-band-mid-stream',
  'end',
  'cut',
  'refused',
  'slow',
  'abort-before',
  'abort-headers',
  'abort-after-content',
  'abandon',
  'missing-key',
  'chain-unavailable',
  'chain-cut',
  'chain-stall-middle',
  'chain-abort',
  'chain-recover-parameter',
]);

const LONGEST_MS = 20_000;

/** Runs the suite for a harness and reports each result: passed, failed or skipped, with the reason. */
export async function runCases(side, harness, isWhole, tell) {
  for (const [at, [name, run]] of casesFor(harness).entries()) {
    const { scenario } = conformance[at];
    if (!isWhole && !SMOKE.has(scenario)) continue;
    const result = { side, scenario, name };
    if (typeof run === 'string')
      tell({ ...result, outcome: 'skipped', why: run, isRuntimes: harness.cannot?.[scenario] !== undefined });
    else tell({ ...result, ...(await outcomeOf(run)) });
  }
}

async function outcomeOf(run) {
  let timer;
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${LONGEST_MS} ms`)), LONGEST_MS);
  });
  try {
    await Promise.race([run(), late]);
    return { outcome: 'passed' };
  } catch (error) {
    return { outcome: 'failed', why: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}

/** Prints a result as a line of JSON for the parent process. */
export function tell(result) {
  console.log(JSON.stringify(result));
}
