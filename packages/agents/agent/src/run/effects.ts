import type { Message, ToolCallPart } from '@majordomo/core';
import { Semaphore } from '@majordomo/core/toolkit';
import type { Effects, RunResult } from '../loop/loop.ts';
import { checkRecords } from '../state/claims.ts';
import { messagesFrom } from '../state/messages-from.ts';
import type { RunState, ToolOutcome } from '../state/state.ts';
import { approvalsNeeded } from '../tools/approval.ts';
import { abortedWhileWaiting } from '../tools/tool-limits.ts';
import { ToolOrder } from '../tools/tool-order.ts';
import type { AgentParts } from './agent-parts.ts';
import { claimEffect } from './claim-effect.ts';
import { hookWarning, type Hooks } from './hooks.ts';
import type { EffectsIo, LocalRun } from './local-run.ts';
import { callModel } from './model-effect.ts';
import { nestingOf, withNesting } from './nesting.ts';
import { StepReports } from './step-report.ts';
import { callTool } from './tool-effect.ts';
import { withinStepLimits } from './within-step-limits.ts';

/** Effects that `Agent.effects` returns. */
export interface AgentEffects
  extends Pick<Effects, 'callModel' | 'steer' | 'claim'>, Required<Pick<Effects, 'needsApproval'>> {
  /** Runs one tool call. `subAgentResult`: returns the result of the call's sub-agent. Set if the caller has driven the sub-agent. */
  readonly runTool: (
    call: ToolCallPart,
    state: RunState,
    subAgentResult?: () => Promise<RunResult>,
  ) => Promise<ToolOutcome>;
}

/** Returns the effects for a driver, which may continue the run in another process. */
export function driverEffects(agent: AgentParts, { records, ...io }: EffectsIo): AgentEffects {
  const reports = new StepReports(agent.hooks, io);
  if (records !== undefined) checkRecords('effects', records);
  const { options = {} } = io;
  // Sub-agents inherit the store. Without one, nothing prevents that another process repeats their steps, so `mayRepeat` makes
  // their runs reject tools with `effect: 'once'`.
  const nesting = { ...nestingOf(options), records, mayRepeat: records === undefined };
  const nested = { ...io, options: withNesting(options, nesting) };
  const effects = localEffects(agent, nested, reports, io.runId);
  return records === undefined ? effects : { ...effects, claim: claimEffect(agent, io, records) };
}

/**
 * Returns the effects that call the model and the tools in this process. `reports` notifies observers and readers. `callKey`: first
 * part of the keys of the model calls; `undefined` for calls without a key.
 */
export function localEffects(
  agent: AgentParts,
  io: EffectsIo,
  reports: StepReports,
  callKey: string | undefined,
): AgentEffects {
  const toolSlots = new Semaphore(agent.toolConcurrency);
  const run: LocalRun = {
    agent,
    io,
    reports,
    toolOrder: new ToolOrder(),
    toolSlots,
    innerCounts: new Map(),
    callKey,
  };
  const { steer } = agent.hooks;
  return {
    callModel: (state, turn) => callModel(state, turn, run),
    needsApproval: (calls, state) =>
      withinStepLimits(state, run, (scope) =>
        scope.race(() => approvalsNeeded(calls, state, agent, { ...io.options, signal: scope.signal })),
      ),
    runTool(call, state, subAgentResult) {
      // The time of a call includes its wait for a slot, so that the longest time is that of all calls of the turn.
      const requestedAt = agent.clock.now();
      const work = () => callTool(call, state, subAgentResult, { ...run, requestedAt });
      return toolSlots.run(io.signal, work, abortedWhileWaiting);
    },
    ...(steer && { steer: (state) => steeringMessages(state, steer, run) }),
  };
}

async function steeringMessages(
  state: RunState,
  steer: NonNullable<Hooks['steer']>,
  run: LocalRun,
): Promise<readonly Message[]> {
  return withinStepLimits(state, run, async (scope) => {
    try {
      return messagesFrom((await scope.race(() => steer(state))) ?? []);
    } catch (error) {
      if (scope.signal.aborted) throw error;
      run.reports.warn(hookWarning('steer', error));
      return [];
    }
  });
}
