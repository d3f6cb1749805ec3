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
 * Scenarios of failed responses, and of responses without content that a setting of a model or a profile changes. For harnesses that
 * differ only in their requests and in the content of their responses, they run for the complete harnesses, and for all with SOAK=1.
 */
export const INDEPENDENT_OF_CONTENT: RegExp =
  /^(?:failure-.*|retry-after|request-id|(?:\w+-)?secret|in-band-.*|end|content-filter|unknown-finish|served-model)$/;

/** Scenarios of operations other than chat. Harnesses that differ only in their chat model share the code. */
export const OTHER_OPERATIONS: RegExp =
  /^(?:embedding|transcription|speech|rerank|moderation|classification)(?:-.*)?$/;

/** Scenarios of tool calls and refusals in responses. Harnesses whose vendors send them in the same form share the code. */
export const FORMS_OF_RESPONSES: RegExp =
  /^(?:(?:parallel|interleaved)-tool-calls|missing-call-ids|(?:streamed|empty|bad)-arguments|refusal(?:-mark)?|(?:finish|marker)-without-\w+)$/;

/**
 * Returns a function that declares the tests of a harness, for `describe.concurrent.each(harnesses)('%s', …)`. A case mostly waits,
 * so several cases run concurrently.
 *
 * @param complete names of the harnesses for which the default run contains all cases
 * @param once further scenarios that the default run contains only for the complete harnesses
 */
export function casesOf<H>(
  { conformance, casesFor }: Suite<H>,
  complete: readonly string[],
  ...once: readonly RegExp[]
): (title: string, harness: H) => void {
  const scenarios = new Map(conformance.map(({ name, scenario }) => [name, scenario]));
  const independent = [INDEPENDENT_OF_MODEL, ...once];
  const isInDefaultRun = (title: string, name: string): boolean => {
    const scenario = scenarios.get(name) ?? '';
    return complete.includes(title) || !independent.some((pattern) => pattern.test(scenario));
  };

  return (title, harness) => {
    for (const [name, run] of casesFor(harness)) {
      // The matrix lists the cases that do not apply, with their reasons.
      if (typeof run === 'string') continue;
      if (process.env['SOAK'] === undefined && !isInDefaultRun(title, name)) continue;
      test(name, { timeout: 120_000 }, run);
    }
  };
}
