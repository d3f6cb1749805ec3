import { decided, withWarnings } from '../loop/advance.ts';
import { runAround } from './around.ts';
import { limitedBy, type Budget } from '../budget/budget.ts';
import { checkBudget } from '../budget/check-budget.ts';
import { initialState, type RunInput } from '../state/initial-state.ts';
import { checkClaim, checkDriverClaim, runIdOf } from './check-claim.ts';
import { checkDecisionsFor } from './check-decisions.ts';
import { checkOwner } from './check-owner.ts';
import { claimEffect } from './claim-effect.ts';
import { localEffects } from './effects.ts';
import type { Emit } from '../stream/event.ts';
import { drive, type RunResult } from '../loop/loop.ts';
import { nestingOf, withNesting, type Nesting } from './nesting.ts';
import type { AgentParts } from './agent-parts.ts';
import type { RunOptions } from './run-options.ts';
import type { RunState } from '../state/state.ts';
import { StepReports } from './step-report.ts';
import { withDecisions } from './with-decisions.ts';

/**
 * Runs an agent in this process, until the run ends or waits for decisions that `options.decisions` does not contain. An invalid
 * state, budget, decision or claim rejects before the first effect.
 */
export async function runLocally(
  agent: AgentParts,
  input: RunInput,
  options: RunOptions,
  onEvent: Emit | undefined,
): Promise<RunResult> {
  const nesting = nestingOf(options);
  const {
    decisions = [],
    records = nesting.records,
    context,
    runId: requestedRunId,
    signal = new AbortController().signal,
    budget,
    ...others
  } = options;
  const { onStepStart, onToolStart, onToolEnd, onStep, onEnd, ...callOptions } = others;

  const initial = initialStateWithBudget(agent, input, { runId: requestedRunId, budget }, nesting);
  checkOwner(initial, agent);
  // Throws if the state names an agent that does not exist.
  agent.active(initial);
  await checkDecisionsFor(initial, decisions, agent, signal);
  // A denied call is claimed as an approved call is, because another process may have started it.
  const approvals = decisions.map((one) =>
    'deny' in one ? ({ callId: one.callId, approve: true } as const) : one,
  );
  checkClaim(decided(initial, approvals), input, { ...options, records }, agent);
  if (nesting.mayRepeat === true && records === undefined) checkDriverClaim(initial, {}, agent);

  const { runId } = initial;
  const observers = { onStepStart, onToolStart, onToolEnd, onStep, onEnd };
  const { depth, cost, mayRepeat } = nesting;
  const inherited = { depth, cost, records, mayRepeat };
  const io = { ...observers, onEvent, runId, context, signal, options: withNesting(callOptions, inherited) };
  const reports = new StepReports(agent.hooks, io);
  // Only an id of the caller begins the keys of model calls, because a repeated run would generate another id.
  const callKey = requestedRunId === undefined ? undefined : runId;
  const state = await withDecisions(initial, decisions, { agent, io, records });
  const effects = {
    ...localEffects(agent, io, reports, callKey),
    // All decisions have been applied, so a call that still waits pauses the run.
    decisions: () => Promise.resolve([]),
    claim: claimEffect(agent, io, records),
  };
  const run = (): Promise<RunResult> => drive(state, effects, agent.rules);
  return withEndReport(reports, () => runAround(agent.around, { type: 'run', runId }, run));
}

/** Returns the state before the decisions, with the id and the budget of the run. Throws `config` if one of them is invalid. */
function initialStateWithBudget(
  agent: AgentParts,
  input: RunInput,
  { runId, budget }: Pick<RunOptions, 'runId' | 'budget'>,
  nesting: Nesting,
): RunState & { readonly runId: string } {
  const state = initialState(input, runId);
  checkBudget(budget, (agent.cost ?? nesting.cost) !== undefined, 'budget', 'run: ');
  const own = budget ?? budgetWithoutOption(state, agent, nesting);
  return { ...state, runId: runIdOf(input, state), budget: limitedBy(own, nesting.left, state.spent) };
}

/**
 * Returns the budget of a run whose options name none. Within an outer run, ignores the budget in the state, because an earlier
 * remainder of the outer run has limited it, and the caller limits the result by the current one.
 */
function budgetWithoutOption(
  state: Pick<RunState, 'budget'>,
  agent: Pick<AgentParts, 'rules'>,
  nesting: Pick<Nesting, 'left'>,
): Budget | undefined {
  if (nesting.left !== undefined) return agent.rules.budget;
  return state.budget ?? agent.rules.budget;
}

/** Reports the end of the run to its observers. Adds the targets, attempts and warnings of this process to the result. */
async function withEndReport(reports: StepReports, run: () => Promise<RunResult>): Promise<RunResult> {
  const { targets, attempts } = reports;
  try {
    const result = { ...(await run()), targets, attempts };
    await reports.endRun(result, undefined);
    const warnings = withWarnings(result.state.warnings, reports.takeWarnings());
    return { ...result, state: { ...result.state, warnings } };
  } catch (error) {
    await reports.endRun(undefined, error);
    throw error;
  }
}
