import { checkBudget } from '../budget/check-budget.ts';
import { tokensOf } from '../budget/budget.ts';
import type { Turn } from '../loop/loop.ts';
import { costError, costOfAnswer, recordFailedWork, spentByFailure } from '../loop/spending.ts';
import { callsOf, type Answer, type RunState } from '../state/state.ts';
import { costFunction, isMetered, type LocalRun } from './local-run.ts';
import { requestTurn, type ModelTurn } from './model-call.ts';
import { withinStepLimits } from './within-step-limits.ts';

/** Calls the model for the next step, and returns its answer with the amounts that the step spent. */
export async function callModel(state: RunState, turn: Turn | undefined, run: LocalRun): Promise<Answer> {
  const { agent, io, reports, toolOrder, callKey } = run;
  const began = agent.clock.now();
  const cost = costFunction(run);
  const isRequired = state.budget?.maxUsd !== undefined;
  checkBudget(state.budget, cost !== undefined, 'state.budget');
  let modelTurn: ModelTurn | undefined;
  // `undefined` as soon as `cost` is called. It must not be called again if it has failed or its result would be late.
  let unusedCost = cost;
  const turnWithCost = withinStepLimits(state, run, async (scope) => {
    await scope.race(() => reports.startStep(state));
    modelTurn = await requestTurn(state, turn, agent.active(state), {
      scope,
      options: io.options,
      callKey,
      reports,
      toolOrder,
      messages: agent.view(state),
    });
    const { response } = modelTurn;
    const warn = (why: string): void => reports.warn({ action: 'dropped', what: 'cost', why });
    const nanoUsd = await scope.race(() => {
      unusedCost = undefined;
      return costOfAnswer(response, cost, isRequired, warn);
    });
    return { ...modelTurn, nanoUsd };
  });
  const { response, offered, nanoUsd } = await turnWithCost.catch(async (cause: unknown) => {
    const error = modelTurn === undefined ? cause : costError(cause, modelTurn.response);
    const ms = agent.clock.now() - began;
    const spent = isMetered(state, cost)
      ? await spentByFailure(error, unusedCost, agent.clock, ms)
      : undefined;
    // The failed run adds the work that it finds in the error to its state.
    if (modelTurn !== undefined || spent !== undefined)
      recordFailedWork(error, { usage: modelTurn?.response.usage, spent });
    throw error;
  });
  const spent = {
    nanoUsd: String(nanoUsd),
    tokens: tokensOf(response.attempts),
    ms: agent.clock.now() - began,
  };
  await reports.addResponse(state.steps + 1, response);
  const { id, target, message, finish, usage, warnings } = response;
  // Only the `Agent` object that received a call with `effect: 'once'` may start it; see `mayStart`.
  const ownerId = callsOf(message).some((call) => agent.rules.isOnce(call, state))
    ? agent.started.ownerId()
    : undefined;
  return {
    id,
    target,
    message,
    finish,
    usage,
    warnings: [...warnings, ...reports.takeWarnings()],
    ...(offered === undefined ? {} : { offered }),
    ...(ownerId === undefined ? {} : { by: ownerId }),
    ...(isMetered(state, cost) && { spent }),
  };
}
