import { decided, withWarnings } from '../loop/advance.ts';
import { runAround } from './around.ts';
import { limitedBy, type Budget } from '../budget/budget.ts';
import { checkBudget } from '../budget/check-budget.ts';
import { initialState, type RunInput } from '../state/initial-state.ts';
import { checkClaim, runIdOf } from './check-claim.ts';
import { checkDecisionsFor } from './check-decisions.ts';
import { claimEffect, localEffects } from './effects.ts';
import type { Emit } from '../stream/event.ts';
import { drive, type RunResult } from '../loop/loop.ts';
import { nestingOf, withNesting, type Nesting } from './nesting.ts';
import type { AgentParts } from './agent-parts.ts';
import type { RunOptions } from './run-options.ts';
import type { RunState } from '../state/state.ts';
import { StepReports } from './step-report.ts';

export async function runLocally(
  agent: AgentParts,
  input: RunInput,
  options: RunOptions,
  onEvent: Emit | undefined,
): Promise<RunResult> {
  const nesting = nestingOf(options);
  const {
    decisions = [],
    claim = nesting.claim,
    context,
    runId: requestedRunId,
    signal = new AbortController().signal,
    budget,
    ...rest
  } = options;
  const { onStepStart, onToolStart, onToolEnd, onStep, onEnd, ...call } = rest;
  const named = initialState(input, requestedRunId);
  const runId = runIdOf(input, named);
  checkBudget(budget, (agent.cost ?? nesting.cost) !== undefined, 'budget', 'run: ');
  const own = budget ?? budgetWithoutOption(named, agent, nesting);
  const initial = { ...named, runId, budget: limitedBy(own, nesting.left, named.spent) };
  // Check before any effect that the state names a known agent.
  agent.active(initial);
  await checkDecisionsFor(initial, decisions, agent, signal);
  // Apply the decisions before `checkClaim`, because a denied call needs no claim and an approved call may need one.
  const state = decided(initial, decisions);
  checkClaim(state, input, { ...options, claim }, agent);
  const io = {
    onStepStart,
    onToolStart,
    onToolEnd,
    onStep,
    onEnd,
    onEvent,
    runId,
    context,
    signal,
    options: withNesting(call, { depth: nesting.depth, cost: nesting.cost, claim }),
  };
  const reports = new StepReports(agent.hooks, io);
  const effects = {
    ...localEffects(agent, io, reports, requestedRunId === undefined ? undefined : runId),
    decisions: () => Promise.resolve([]),
    claim: claimEffect(agent, io, claim),
  };
  const run = (): Promise<RunResult> => drive(state, effects, agent.rules);
  return withEndReport(reports, () => runAround(agent.around, { type: 'run', runId }, run));
}

/** Returns the budget of a run whose options name none. A budget left by the outer run replaces the one in the state. */
function budgetWithoutOption(
  state: Pick<RunState, 'budget'>,
  agent: Pick<AgentParts, 'rules'>,
  nesting: Pick<Nesting, 'left'>,
): Budget | undefined {
  if (nesting.left !== undefined) return agent.rules.budget;
  return state.budget ?? agent.rules.budget;
}

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
