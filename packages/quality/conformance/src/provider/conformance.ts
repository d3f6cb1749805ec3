import { OPERATION_NAMES } from '../script/step.ts';
import { abortCases } from './cases/abort.ts';
import { answerCases } from './cases/answers.ts';
import { failureCases } from './cases/failures.ts';
import { faultCases } from './cases/faults.ts';
import { fidelityCases } from './cases/fidelity.ts';
import { loadedToolCases } from './cases/loaded-tools.ts';
import { reasoningCases } from './cases/reasoning.ts';
import { requestCases } from './cases/requests.ts';
import { resourceCases } from './cases/resources.ts';
import { sourceCases } from './cases/sources.ts';
import { textCases } from './cases/text.ts';
import { toolCases } from './cases/tools.ts';
import { transcriptCases } from './cases/transcripts.ts';
import { vendorCases } from './cases/vendor-parts.ts';
import { chainCases } from './chain/cases.ts';
import { recoveryCases } from './chain/recovery.ts';
import type { Case, Harness } from './harness.ts';
import { operationAnswerCases } from './operations/answer-cases.ts';
import { operationCases } from './operations/cases.ts';
import { retryExpiredTimeouts } from './timeout-retry.ts';

/** Test cases that every provider must pass, for any test runner. */
export const conformance: readonly Case[] = [
  ...textCases,
  ...toolCases,
  ...loadedToolCases,
  ...reasoningCases,
  ...answerCases,
  ...failureCases,
  ...faultCases,
  ...abortCases,
  ...requestCases,
  ...fidelityCases,
  ...transcriptCases,
  ...resourceCases,
  ...sourceCases,
  ...vendorCases,
  ...chainCases,
  ...recoveryCases,
  ...operationAnswerCases,
  ...OPERATION_NAMES.flatMap(operationCases),
].map(retryExpiredTimeouts);

/**
 * Returns, for each case, its name and a function that runs it. If the harness cannot run the case, returns the reason instead.
 *
 * @example
 * for (const [name, run] of casesFor(harness)) {
 *   if (typeof run === 'function') it(name, run, 20_000);
 * }
 */
export function casesFor(
  harness: Harness,
): readonly (readonly [name: string, run: (() => Promise<void>) | string])[] {
  return conformance.map((each) => [
    each.name,
    reasonToSkip(each, harness) ?? ((): Promise<void> => each.run(harness)),
  ]);
}

function reasonToSkip({ scenario }: Case, { cannot, wire, models }: Harness): string | undefined {
  const operation = OPERATION_NAMES.find((name) => scenario === name || scenario.startsWith(`${name}-`));
  // Cases of scenarios that end in `-declared` need no model, because they check whether the harness names a model.
  if (operation !== undefined && models?.[operation] === undefined && !scenario.endsWith('-declared'))
    return `this provider has no ${operation} model`;
  // Scenarios of a failure need a wire that can report this failure. The name of any other scenario stays the same.
  const failure = scenario === 'chain-recover-parameter' ? 'parameter' : scenario.replace(/^failure-/, '');
  const hasNoForm = failure !== scenario && !(failure in wire.failures);
  return (
    cannot?.[scenario] ?? wire.cannot[scenario] ?? (hasNoForm ? `${wire.name} has no such error` : undefined)
  );
}
