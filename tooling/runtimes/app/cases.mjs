// The conformance suite, run without a test runner.
import { casesFor, conformance } from '@majordomo/conformance';

const LONGEST_MS = 20_000;

/** Runs the suite for a harness and reports each result: passed, failed or skipped, with the reason. */
export async function runCases(side, harness, tell) {
  for (const [at, [name, run]] of casesFor(harness).entries()) {
    const { scenario } = conformance[at];
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
