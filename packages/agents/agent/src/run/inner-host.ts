import type { ToolCallPart } from '@majordomo/core';
import { vendorKindOf } from '@majordomo/core/toolkit';
import type { AgentParts } from './agent-parts.ts';
import { runAround } from './around.ts';
import type { InnerHost } from './inner-calls.ts';
import type { StepReports } from './step-report.ts';
import { errorResult, type RunState } from '../state/state.ts';
import { isHandoffTool } from '../tools/handoff-tool.ts';
import { callCount, overMaxCalls } from '../tools/tool-limits.ts';

/** Numbers of calls by tools that are running, which the state does not contain yet: by id of the running call, then by name. */
export type RunningCounts = Map<string, Map<string, number>>;

interface HostRun {
  readonly agent: AgentParts;
  readonly io: { readonly runId: string };
  readonly reports: StepReports;
  readonly innerCounts: RunningCounts;
}

/** Returns the host of the calls that the tool of a call makes in a run. */
export function innerHost(outer: ToolCallPart, state: RunState, run: HostRun): InnerHost {
  const { agent, io, reports, innerCounts } = run;
  const counts = new Map<string, number>();
  // An earlier call may have had the same id, and the state already contains its counts.
  innerCounts.delete(outer.id);
  const running = (name: string): number =>
    state.pending.reduce((sum, { id }) => sum + (innerCounts.get(id)?.get(name) ?? 0), 0);
  return {
    find(name) {
      // A vendor tool answers calls of a vendor only, and no step offers it by its name.
      if (isHandoffTool(name) || vendorKindOf(name) !== undefined) return undefined;
      const { tools } = agent.active(state);
      const view = { offered: state.offered, messages: agent.view(state) };
      return tools.isLoaded(name, view) ? tools.find(name, state.offered) : undefined;
    },
    async perform(call, tool, work) {
      await reports.startTool(call, state, outer.id);
      const began = agent.clock.now();
      const count = callCount(state, call.name) + running(call.name);
      innerCounts.set(outer.id, counts);
      counts.set(call.name, (counts.get(call.name) ?? 0) + 1);
      const isOver = tool?.maxCalls !== undefined && count >= tool.maxCalls;
      const outcome = isOver
        ? errorResult(call, overMaxCalls(tool))
        : await runAround(agent.around, { type: 'tool', runId: io.runId, call }, work);
      await reports.endInnerTool(call, outcome, agent.clock.now() - began, state, outer.id);
      return outcome;
    },
  };
}
