import { fromJson, type ChatRequest, type Usage } from '@majordomo/core';
import { abortable, Semaphore } from '@majordomo/core/toolkit';
import { digest } from '@majordomo/evals/internal';
import type { Answer, RecordedCall } from '../traffic/answer.ts';
import { compareAnswers, type Outcome } from '../compare/compare.ts';
import { replayError, type Experiment } from '../experiment/definition.ts';
import { checkConsent } from '../experiment/denial.ts';
import { recordedAnswer } from '../journal/pairs.ts';
import type { IndexedUnit } from '../journal/journal-index.ts';
import type { UnitLine } from '../journal/lines.ts';
import type { StoredCost } from '../report/results.ts';
import type { Prices } from '../plan/prices.ts';
import { candidateRequest, candidateSpec, replayedRequest } from '../experiment/candidate.ts';
import { answerSide, type SideRun } from './answer-side.ts';
import type { UnitSetup } from './unit-setup.ts';
import { checkedDifference } from './checked.ts';
import { judgePair, type Judged } from './judge-pair.ts';

/**
 * Answers and compares all units without a result. Rejects with the first error for which a person must act, after the calls in flight
 * have ended.
 */
export async function runUnits(setup: UnitSetup, stop: (error: unknown) => void): Promise<void> {
  const { journal, concurrency, signal, onUnit } = setup;
  const slots = new Semaphore(concurrency);
  const originals = [...journal.index.units.values()].filter(({ copyOf }) => copyOf === undefined);
  const runs = originals.map((unit) =>
    slots
      .run(signal, () => runUnit(setup, unit))
      .then(
        () => onUnit(unit.id),
        (error: unknown) => {
          stop(error);
          throw error;
        },
      ),
  );
  const settled = await Promise.allSettled(runs);
  // The reason of the signal is the first error, and all later ones follow from it.
  signal.throwIfAborted();
  const failure = settled.find((run) => run.status === 'rejected');
  if (failure !== undefined) throw failure.reason as Error;
}

/** Runs the candidate for a unit, and the present model if the unit is in the control. */
async function runUnit(setup: UnitSetup, unit: IndexedUnit): Promise<void> {
  const { name, definition } = setup.experiment;
  const { candidate } = definition;
  const line = await setup.journal.read<UnitLine>(unit.place);
  const call = fromJson<RecordedCall>(line.call);
  const request = candidateRequest(candidate, call);
  const spec = candidateSpec(candidate, call);
  if (request === undefined || spec === undefined)
    throw replayError(
      name,
      'candidate',
      `no longer applies to the call ${call.id} of the sample; use another name`,
    );
  const { wrap, version = '' } = candidate;
  await runSide(setup, call, { side: 'candidate', spec, request, wrap, version });
  if (!unit.isInControl) return;
  const control = {
    side: 'control',
    spec: call.response.target,
    request: replayedRequest(call),
    wrap: undefined,
    version: '',
  } as const;
  await runSide(setup, call, control);
}

/**
 * Answers one side of a unit, compares its answer with the recorded one, and stores the result. Stores nothing if a call has no result
 * yet. The last stored result of a side applies, so a known result is stored again if another result of the side is newer.
 */
async function runSide(setup: UnitSetup, call: RecordedCall, run: SideRun): Promise<void> {
  const { experiment, journal, prices } = setup;
  const { definition } = experiment;
  const { side, request } = run;
  const answered = await answerSide(setup, call, run);
  if (answered === undefined) return;
  const { key, answer, answers, hasTooManySteps } = answered;
  const resultKey = digest([call.id, key, judgingKey(definition)]);
  const known = journal.index.result(resultKey);
  if (known !== undefined) {
    if (journal.index.lastResult(call.id, side) !== known) await journal.append(known);
    return;
  }
  const { response: recorded } = call;
  const outcome = await compareAnswers({
    request: call.request,
    recorded,
    recordedSteps: call.steps,
    changed: request,
    response: answer.response,
    error: answer.error,
    steps: answer.steps,
    hasTooManySteps,
    sameArgument: definition.candidate.sameArgument,
  });
  const decided = await decide(setup, { key, call, request, answer, outcome });
  if (decided === undefined) return;
  const isRun = definition.follow === true;
  await journal.append({
    type: 'result',
    key: resultKey,
    unit: call.id,
    side,
    answer: key,
    ...decided,
    failure: outcome.failure,
    differences: outcome.differences,
    divergences: outcome.divergences,
    ms: answer.ms,
    firstMs: answer.firstMs,
    // The usage of a recorded run is known for its last call only.
    presentCost: isRun ? undefined : await prices.costs(recorded.target, recorded.usage, recorded.usage),
    cost: await (isRun ? costOfRun(prices, answers) : costOfAnswer(prices, answer, recorded.usage)),
  });
}

/** Returns the cost of an answer with the recorded share of cached input. */
const costOfAnswer = async (
  prices: Prices,
  { response }: Answer,
  recorded: Usage | undefined,
): Promise<StoredCost | undefined> => response && prices.costs(response.target, response.usage, recorded);

/** Returns the cost of all answers of a run with their own cached input, or `undefined` if one of them is not known. */
async function costOfRun(prices: Prices, answers: readonly Answer[]): Promise<StoredCost | undefined> {
  const costs: StoredCost[] = [];
  for (const answer of answers) {
    const cost = await costOfAnswer(prices, answer, answer.response?.usage);
    if (cost === undefined) return undefined;
    costs.push(cost);
  }
  const sum = (amounts: readonly string[]): string =>
    String(amounts.reduce((total, amount) => total + BigInt(amount), 0n));
  return {
    nanoUsd: sum(costs.map(({ nanoUsd }) => nanoUsd)),
    uncachedNanoUsd: sum(costs.map(({ uncachedNanoUsd }) => uncachedNanoUsd)),
    // Runs need each answer at once, so that they are never parts of a batch.
    batchNanoUsd: undefined,
  };
}

/** Part of the key of a result that changes with the judges and checks, whose new verdicts then replace the stored ones. */
function judgingKey({ judge, checks = {} }: Experiment['definition']): unknown {
  const judging = typeof judge === 'function' ? 'function' : judge;
  return [judging, Object.entries(checks).map(([check, { version }]) => [check, version])];
}

/** Answer that was compared with the recorded answer. */
interface Compared {
  readonly key: string;
  readonly call: RecordedCall;
  readonly request: ChatRequest;
  readonly answer: Answer;
  readonly outcome: Outcome;
}

type Decision = Judged & { readonly by: Outcome['by'] };

/** Returns the score of a pair by the first step that decides, or `undefined` if a call of a judge has no result. */
async function decide(setup: UnitSetup, compared: Compared): Promise<Decision | undefined> {
  const { experiment, signal } = setup;
  const { name, definition } = experiment;
  const { key, call, request, answer, outcome } = compared;
  if (outcome.score !== undefined) return { score: outcome.score, by: outcome.by, isDoubtful: false };
  const recorded = recordedAnswer(call);
  const { checks, judge } = definition;
  const checked =
    checks &&
    (await abortable(
      checkedDifference({
        name,
        id: call.id,
        checks,
        recorded: { request: call.request, answer: recorded },
        other: { request, answer },
        signal,
      }),
      signal,
    ));
  // If the checks score both answers equally, the judge decides, because the answers can differ in what no check examines.
  if (checked !== undefined && (checked !== 0 || judge === undefined))
    return { score: checked, by: 'check', isDoubtful: false };
  if (judge === undefined) return { score: 0, by: 'undecided', isDoubtful: true };
  await checkConsent(experiment, experiment.judges, { call, request, signal });
  const judged = await judgePair(judge, { key, call, recorded, candidate: answer }, setup);
  return judged && { ...judged, by: 'judge' };
}
