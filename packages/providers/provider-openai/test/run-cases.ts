import { conformance, casesFor, type Harness } from '@majordomo/conformance';
import { describe, test } from 'vitest';

/**
 * Scenarios whose code does not depend on the profile: bytes, sockets, chains, and failures of operations that use the error
 * table of the chat. They run for the harnesses in `COMPLETE`, and for all harnesses with SOAK=1, as in the nightly run.
 */
const INDEPENDENT_OF_PROFILE =
  /^(?:unicode-split|trickle|slow|resources|reset|refused|chain-(?!recover-).*|\w+-(?:failures|faults|abort))$/;

/** A model of OpenAI and a profile that changes only the base URL. */
const COMPLETE: readonly string[] = [
  'openai/gpt-5',
  'openai/gpt-5 over Responses',
  'together',
  'lab over Responses',
];

const SCENARIOS = new Map(conformance.map(({ name, scenario }) => [name, scenario]));

/** Declares a test for each case and harness. A case mostly waits, so several cases run concurrently. */
export function runCases(harnesses: readonly (readonly [name: string, harness: Harness])[]): void {
  describe.concurrent.each(harnesses)('%s', (title, harness) => {
    for (const [name, run] of casesFor(harness)) {
      if (typeof run === 'string') test.skipIf(true)(`${name} (${run})`, () => undefined);
      else test.skipIf(!isSelected(title, name))(name, { timeout: 60_000 }, run);
    }
  });
}

function isSelected(title: string, name: string): boolean {
  return (
    process.env['SOAK'] !== undefined ||
    COMPLETE.includes(title) ||
    !INDEPENDENT_OF_PROFILE.test(SCENARIOS.get(name) ?? '')
  );
}
