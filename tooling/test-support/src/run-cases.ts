import { test } from 'vitest';

/** Conformance suite, as `@majordomo/conformance` exports it. It is passed, because its tests use this package. */
interface Suite<H> {
  readonly conformance: readonly { readonly name: string; readonly scenario: string }[];
  /** Returns each case with its function, or with the reason why it does not apply to the harness. */
  readonly casesFor: (
    harness: H,
  ) => readonly (readonly [name: string, run: string | (() => Promise<void>)])[];
}

/**
 * Scenarios whose code does not depend on the model or the profile: bytes, sockets, bodies of another format, aborts, chains, and
 * failures of operations. They run for the complete harnesses, and for all harnesses with SOAK=1, as in the nightly run.
 */
const INDEPENDENT_OF_MODEL =
  /^(?:unicode-split|trickle|slow|resources|reset|refused|cut|empty-body|bad-json|content-type|html|stream-noise|abandon|abort-.*|chain-(?!recover-).*|\w+-(?:failures|faults|abort))$/;

/**
 * Returns a function that declares the tests of a harness, for `describe.concurrent.each(harnesses)('%s', …)`. A case mostly waits,
 * so several cases run concurrently.
 *
 * @param complete names of the harnesses for which the default run contains all cases
 */
export function casesOf<H>(
  { conformance, casesFor }: Suite<H>,
  complete: readonly string[],
): (title: string, harness: H) => void {
  const scenarios = new Map(conformance.map(({ name, scenario }) => [name, scenario]));
  const isInDefaultRun = (title: string, name: string): boolean =>
    complete.includes(title) || !INDEPENDENT_OF_MODEL.test(scenarios.get(name) ?? '');

  return (title, harness) => {
    for (const [name, run] of casesFor(harness)) {
      if (typeof run === 'string') test.skipIf(true)(`${name} (${run})`, () => undefined);
      else
        test.runIf(process.env['SOAK'] !== undefined || isInDefaultRun(title, name))(
          name,
          { timeout: 120_000 },
          run,
        );
    }
  };
}
