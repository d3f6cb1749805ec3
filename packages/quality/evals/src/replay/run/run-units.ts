import { fromJson, type ChatModel, type ChatRequest } from '@majordomo/core';
import { Semaphore } from '@majordomo/core/toolkit';
import { digest } from '../../json.ts';
import type { Answer, RecordedCall } from '../answer.ts';
import { compareAnswers, type Outcome } from '../compare/compare.ts';
import { replayError, type Experiment } from '../definition.ts';
import { answerOf, recordedAnswer } from '../journal/pairs.ts';
import type { IndexedUnit } from '../journal/journal-index.ts';
import type { Journal } from '../journal/journal.ts';
import type { AnswerLine, Side, UnitLine } from '../journal/lines.ts';
import type { Prices } from '../plan/prices.ts';
import { tenantOf } from '../tenant.ts';
import { candidateRequest, candidateSpec, replayedRequest } from '../candidate.ts';
import { checkedDifference } from './checked.ts';
import { judgePair, type Judged } from './judged.ts';
import type { Calls } from './paid-calls.ts';

/** Dependencies of `runUnits`. */
export interface UnitSetup {
  readonly experiment: Experiment;
  readonly journal: Journal;
  readonly prices: Prices;
  readonly calls: Calls;
  readonly concurrency: number;
  readonly signal: AbortSignal;
  readonly onUnit: () => void;
}

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
      .then(onUnit, (error: unknown) => {
        stop(error);
        throw error;
      }),
  );
  const settled = await Promise.allSettled(runs);
  // The reason of the signal is the first error, and all later ones follow from it.
  signal.throwIfAborted();
  const failure = settled.find((run) => run.status === 'rejected');
  if (failure !== undefined) throw failure.reason as Error;
}

/** One side of a unit: the candidate, or the present model. */
interface SideRun {
  readonly side: Side;
  readonly spec: string;
  readonly request: ChatRequest;
  readonly wrap: ((model: ChatModel) => ChatModel) | undefined;
  readonly version: string;
}

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
  const again = {
    side: 'control',
    spec: call.response.target,
    request: replayedRequest(call),
    wrap: undefined,
    version: '',
  } as const;
  await runSide(setup, call, again);
}

async function runSide(setup: UnitSetup, call: RecordedCall, run: SideRun): Promise<void> {
  const { experiment, journal, calls, prices, signal } = setup;
  const { name, definition } = experiment;
  const { side, spec, request, wrap, version } = run;
  const resolved = await definition.majordomo.resolve(spec, { request, tenant: tenantOf(name), signal });
  const targets = resolved.map(({ target }) => target);
  const key = digest([side, request, targets, version]);
  const resultKey = digest([call.id, key, judgingKey(definition)]);
  if (journal.index.result(resultKey) !== undefined) return;
  const isAnswered =
    journal.index.answers.has(key) || (await calls.answer({ key, unit: call.id, side, spec, request, wrap }));
  const place = journal.index.answers.get(key);
  if (!isAnswered || place === undefined) return;
  const answer = answerOf(await journal.read<AnswerLine>(place));
  const outcome = await compareAnswers({
    request: call.request,
    recorded: call.response,
    changed: request,
    response: answer.response,
    error: answer.error,
    sameArgument: definition.candidate.sameArgument,
  });
  const decided = await decide(setup, { key, call, request, answer, outcome });
  if (decided === undefined) return;
  const { response: recorded } = call;
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
    presentCost: await prices.costs(recorded.target, recorded.usage, recorded.usage),
    cost:
      answer.response && (await prices.costs(answer.response.target, answer.response.usage, recorded.usage)),
  });
}

/** Part of the key of a result that changes with the judges and checks, whose new verdicts then replace the stored ones. */
function judgingKey({ judge, checks = {} }: Experiment['definition']): unknown {
  const judging = typeof judge === 'function' ? 'function' : judge;
  return [judging, Object.entries(checks).map(([check, { version }]) => [check, version])];
}

interface Undecided {
  readonly key: string;
  readonly call: RecordedCall;
  readonly request: ChatRequest;
  readonly answer: Answer;
  readonly outcome: Outcome;
}

type Decision = Judged & { readonly by: Outcome['by'] };

/** Returns the score of a pair by the first step that decides, or `undefined` if a call of a judge has no result. */
async function decide(setup: UnitSetup, undecided: Undecided): Promise<Decision | undefined> {
  const { experiment, signal } = setup;
  const { name, definition } = experiment;
  const { key, call, request, answer, outcome } = undecided;
  if (outcome.score !== undefined) return { score: outcome.score, by: outcome.by, isDoubtful: false };
  const recorded = recordedAnswer(call);
  const { checks, judge } = definition;
  const checked =
    checks &&
    (await checkedDifference({
      name,
      id: call.id,
      checks,
      recorded: { request: call.request, answer: recorded },
      other: { request, answer },
      signal,
    }));
  // Answers with equal scores can still differ in what no check examines.
  if (checked !== undefined && (checked !== 0 || judge === undefined))
    return { score: checked, by: 'check', isDoubtful: false };
  if (judge === undefined) return { score: 0, by: 'undecided', isDoubtful: true };
  const judged = await judgePair(judge, { key, call, recorded, candidate: answer }, setup);
  return judged && { ...judged, by: 'judge' };
}
