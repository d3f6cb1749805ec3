import { casesFor, conformance } from '@majordomo/conformance';
import { afterAll, describe, test } from 'vitest';
import { cleanUp, harnesses } from './harnesses.ts';

afterAll(cleanUp);

/**
 * Chains whose decisions follow from the kind of an error, which other cases check. Each of their calls starts a process, so they run
 * with SOAK=1, as in the nightly run.
 */
const DECIDED_BY_KIND = /^chain-(?:in-band|end|refused|bad-json|html|empty|late|reset|stall-before)$/;

const scenarios = new Map(conformance.map(({ name, scenario }) => [name, scenario]));
const isOnlyInSoak = (name: string): boolean =>
  process.env['SOAK'] === undefined && DECIDED_BY_KIND.test(scenarios.get(name) ?? '');

describe.concurrent.each(harnesses)('%s', (_name, harness) => {
  for (const [name, run] of casesFor(harness)) {
    if (typeof run === 'string') test.skipIf(true)(`${name} (${run})`, () => undefined);
    else test.skipIf(isOnlyInSoak(name))(name, { timeout: 60_000 }, run);
  }
});
