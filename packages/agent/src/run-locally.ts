import { decided } from './advance.ts';
import { inside } from './around.ts';
import { begunWith, type RunInput } from './initial-state.ts';
import { checkClaim, runIdOf } from './check-claim.ts';
import { checkDecisionsFor } from './decision.ts';
import { claimFor, localEffects, reportsFor } from './effects.ts';
import type { Emit } from './event.ts';
import { drive, type RunResult } from './loop.ts';
import type { AgentParts } from './options.ts';
import type { RunOptions } from './run-options.ts';
import type { StepReports } from './step-report.ts';

/** A run over this process's model and tools, told of as it happens. */
export async function runHere(
  agent: AgentParts,
  input: RunInput,
  options: RunOptions,
  onEvent: Emit | undefined,
): Promise<RunResult> {
  const { decisions = [], claim, context, runId: asked, signal, ...rest } = options;
  const { onStepStart, onToolStart, onToolEnd, onStep, onEnd, ...call } = rest;
  const named = begunWith(input, asked);
  const runId = runIdOf(input, named);
  const begun = { ...named, runId };
  await checkDecisionsFor(begun, decisions, agent.tools);
  // What a person said holds before anything else happens, whatever the tools say by now.
  const state = decided(begun, decisions);
  checkClaim(state, input, options, agent);
  const io = {
    ...{ onStepStart, onToolStart, onToolEnd, onStep, onEnd, onEvent },
    ...{ runId, context, options: call, signal: signal ?? new AbortController().signal },
  };
  const reports = reportsFor(agent, io);
  const effects = {
    ...localEffects(agent, io, reports),
    decisions: () => Promise.resolve([]),
    claim: claimFor(agent, io, claim),
  };
  const run = (): Promise<RunResult> => drive(state, effects, agent.rules);
  return toldOf(reports, () => inside(agent.around, { type: 'run', runId }, run));
}

async function toldOf(reports: StepReports, run: () => Promise<RunResult>): Promise<RunResult> {
  const { targets, attempts } = reports;
  try {
    const result = { ...(await run()), targets, attempts };
    await reports.runEnded(result, undefined);
    return result;
  } catch (error) {
    await reports.runEnded(undefined, error);
    throw error;
  }
}
