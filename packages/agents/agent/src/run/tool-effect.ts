import type { ToolCallPart } from '@majordomo/core';
import { remaining } from '../budget/budget.ts';
import type { RunResult } from '../loop/loop.ts';
import { failedWorkOf, recordFailedWork } from '../loop/spending.ts';
import { waitingRunOf } from '../state/call-paths.ts';
import { isApproved, withArgsNote, withDecidedArgs } from '../state/decided-args.ts';
import { toolKey } from '../state/names.ts';
import { errorResult, type RunState, type ToolOutcome } from '../state/state.ts';
import { isOverMaxCalls, overMaxCalls } from '../tools/tool-limits.ts';
import { loadingResult } from '../tools/tool-search.ts';
import { runAround } from './around.ts';
import { CallMeter } from './call-meter.ts';
import { mayStart } from './claim-effect.ts';
import { innerHost } from './inner-host.ts';
import { costFunction, isMetered, type LocalRun } from './local-run.ts';
import { nestingOf, withNesting } from './nesting.ts';
import { runCall, unknownOutcome } from './run-tool.ts';
import type { ToolRun } from './tool-run.ts';

/**
 * Runs a tool call, reports its start and end, and returns its outcome with the amounts that it spent. Its time begins at
 * `run.requestedAt`.
 */
export async function callTool(
  originalCall: ToolCallPart,
  state: RunState,
  subAgentResult: (() => Promise<RunResult>) | undefined,
  run: LocalRun & { readonly requestedAt: number },
): Promise<ToolOutcome> {
  const { agent, reports, requestedAt } = run;
  const call = withDecidedArgs(originalCall, state);
  await reports.startTool(call, state);
  const began = agent.clock.now();
  const meter = new CallMeter(isMetered(state, costFunction(run)));
  // The journal and the transcript need only the content.
  const { value: _value, ...outcome } = await outcomeOf(call, state, subAgentResult, meter, run);
  const outcomeWithNote = call === originalCall ? outcome : withArgsNote(outcome, call);
  const endedAt = agent.clock.now();
  await reports.endTool(call, outcomeWithNote, endedAt - began, state);
  const spent = meter.spent(outcomeWithNote.usage, endedAt - requestedAt);
  return spent === undefined ? outcomeWithNote : { ...outcomeWithNote, spent };
}

/** Runs a tool call if it may run. Otherwise, returns an error result, or the result that loads the tool. */
async function outcomeOf(
  call: ToolCallPart,
  state: RunState,
  subAgentResult: (() => Promise<RunResult>) | undefined,
  meter: CallMeter,
  run: LocalRun,
): Promise<ToolOutcome> {
  const { agent, io } = run;
  const { runId } = io;
  const key = toolKey(runId, state, call);
  const { tools } = agent.active(state);
  const tool = tools.find(call.name, state.offered);
  const view = { offered: state.offered, messages: agent.view(state) };
  if (!tools.isLoaded(call.name, view)) return loadingResult(call);
  if (tool && isOverMaxCalls(tool, call, state)) return errorResult(call, overMaxCalls(tool));
  // A sub-agent that has waited, or that a journal has driven, may continue, although its call has already started.
  const continues = subAgentResult !== undefined || waitingRunOf(state, call.id) !== undefined;
  if (tool?.effect === 'once' && !continues && !mayStart(call, state, run)) return unknownOutcome(call, key);
  const toolRun = {
    tool,
    call,
    names: tools.known(view.offered, view.messages).map(({ name }) => name),
    context: callContext(call, key, state, subAgentResult, meter, run),
    clock: agent.clock,
    isApproved: isApproved(call, state),
  };
  return runAround(agent.around, { type: 'tool', runId, call }, () =>
    runCall(toolRun, innerHost(call, state, run)).catch((error: unknown) => {
      const usage = failedWorkOf(error)?.usage;
      // 0: of the time of an aborted call, only that of its sub-agents counts.
      recordFailedWork(error, { usage, spent: meter.spent(usage, 0) });
      throw error;
    }),
  );
}

/** Returns the context of a tool call, which contains what a sub-agent inherits. */
function callContext(
  call: ToolCallPart,
  key: string,
  state: RunState,
  subAgentResult: (() => Promise<RunResult>) | undefined,
  meter: CallMeter,
  run: LocalRun,
): ToolRun['context'] {
  const { signal, context, options = {} } = run.io;
  const { depth, records, mayRepeat } = nestingOf(options);
  return withNesting(
    { signal, callId: call.id, key, context, options, depth },
    {
      depth,
      records,
      mayRepeat,
      cost: costFunction(run),
      subAgentResult,
      run: waitingRunOf(state, call.id),
      left: state.budget && remaining(state.budget, state.spent),
      spend: (spent, usage) => {
        meter.add(spent, usage);
      },
    },
  );
}
