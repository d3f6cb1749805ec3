import { checkValue, messageOf, type JsonObject, type ToolCallPart } from '@majordomo/core';
import type { Agent } from '../agent/agent.ts';
import { partsOf, subAgentParts } from '../run/agent-parts.ts';
import { limitedBy, remaining } from '../budget/budget.ts';
import { waitingRunOf } from '../state/call-paths.ts';
import { isApproved, withDecidedArgs } from '../state/decided-args.ts';
import type { EffectsIo } from '../run/local-run.ts';
import { journalEntry, isAnswer, isListOf, isOutcomeOf, isText, type EntryCheck } from './entry.ts';
import { initialState } from '../state/initial-state.ts';
import { journalInside, type Journal } from './journal.ts';
import type { Effects, RunResult } from '../loop/loop.ts';
import { isMessage } from '../state/messages-from.ts';
import {
  approvalName,
  checkName,
  claimName,
  modelCallName,
  steerName,
  toolKey,
  toolName,
} from '../state/names.ts';
import { MAX_DEPTH, nestingOf, withNesting } from '../run/nesting.ts';
import { RunError } from '../state/run-error.ts';
import type { Decision, RunState } from '../state/state.ts';
import { subAgentOf } from '../tools/sub-agent-tool.ts';
import { isOverMaxCalls } from '../tools/tool-limits.ts';
import { findWaitingCall, waitingCalls } from '../state/waiting-calls.ts';

/** Observers and options of a run on a journal, which claims calls itself. A step that is read from it emits no events. */
export type JournaledIo = Omit<EffectsIo, 'runId' | 'signal' | 'claim'>;

/**
 * Returns an agent's effects as steps of a journal, so that `agent.drive(state, journaled(agent, journal))` survives the end of
 * its process. Each result is recorded once. If the process ends before a result is recorded, the effect is repeated. To prevent
 * the repetition, declare `effect: 'once'`, or pass `ToolContext.key` to a service that deduplicates requests. The steps and the
 * decisions of a sub-agent are entries of the same journal. Sub-agents of one turn run one after another, so
 * that the order of the entries is fixed.
 */
export function journaled(agent: Agent, journal: Journal, io: JournaledIo = {}): Effects {
  const { runId, signal } = journal;
  const { callModel, needsApproval, runTool, steer } = agent.effects({ ...io, runId, signal });
  const step = <T extends object | string>(name: string, is: EntryCheck, run: () => Promise<T>): Promise<T> =>
    journalEntry(name, run, is, journal);
  return {
    callModel: (state, turn) => step(modelCallName(state), isAnswer, () => callModel(state, turn)),
    needsApproval: (calls, state) =>
      step(approvalName(state, calls), isListOf(isText), () => needsApproval(calls, state)),
    async runTool(call, state) {
      const subAgentResult = await driveSubAgent(agent, journal, io, call, state);
      return step(toolName(runId, state, call), isOutcomeOf(call.id), () =>
        runTool(call, state, subAgentResult),
      );
    },
    runsAlone: (call, state) => subAgentParts(partsOf(agent), state, call) !== undefined,
    claim: (call, state) =>
      step(claimName(runId, state, call), isText, () => Promise.resolve(agent.claimOwner())),
    ...(steer && { steer: (state) => step(steerName(state), isListOf(isMessage), () => steer(state)) }),
    async decisions(calls, state) {
      const all: Decision[] = [];
      const waiting = waitingCalls(runId, calls, state);
      for (const [at, one] of waiting.entries()) {
        await journal.awaiting?.(waiting.slice(at));
        const decision = await journal.decision(one.call, one.name);
        // Throws for a decision that the call does not accept.
        findWaitingCall([one], decision);
        all.push(decision);
      }
      await journal.awaiting?.([]);
      return all;
    },
  };
}

/**
 * Drives the sub-agent of a call on the same journal. Returns a function that resolves with the sub-agent's result or rejects
 * with its error. Returns `undefined` if the call runs no sub-agent.
 */
async function driveSubAgent(
  agent: Agent,
  journal: Journal,
  io: JournaledIo,
  call: ToolCallPart,
  state: RunState,
): Promise<(() => Promise<RunResult>) | undefined> {
  const parts = partsOf(agent);
  const tools = parts?.active(state).tools;
  const tool = tools?.find(call.name, state.offered);
  const inner = subAgentOf(tool) as Agent | undefined;
  const innerParts = partsOf(inner);
  const { args, invalid } = withDecidedArgs(call, state);
  const nesting = nestingOf(io.options ?? {});
  const depth = nesting.depth + 1;
  // If the call cannot run a sub-agent, the step of the call creates its result.
  if (!parts || !tools || !tool) return undefined;
  if (!inner || !innerParts) return undefined;
  if (invalid !== undefined || depth > MAX_DEPTH) return undefined;
  const view = { offered: state.offered, messages: parts.view(state) };
  // `callTool` and `runCall` check the same conditions.
  if (isOverMaxCalls(tool, call, state) || !tools.isLoaded(call.name, view)) return undefined;
  const checked = await checkValue(tool.parameters, args);
  if ('issues' in checked) return undefined;

  const waitingState = waitingRunOf(state, call.id);
  if (tool.check !== undefined && waitingState === undefined) {
    const name = checkName(journal.runId, state, call);
    const check = (): void | Promise<void> =>
      tool.check?.(
        checked.value as JsonObject,
        { ...io.options, signal: journal.signal },
        { isApproved: isApproved(call, state) },
      );
    const failure = await failureOfCheck(check, name, journal);
    // The failed check takes the place of the sub-agent, which does not begin.
    if (failure !== '') return () => Promise.reject(new Error(failure));
  }

  const runId = toolKey(journal.runId, state, call);
  const { task } = checked.value as { readonly task: string };
  const start = initialState(waitingState ?? task, runId);
  const left = state.budget && remaining(state.budget, state.spent);
  const budget = limitedBy(innerParts.rules.budget, left, start.spent);
  const options = withNesting(io.options ?? {}, { depth, cost: parts.cost ?? nesting.cost });
  // The observers of the run receive no events of sub-agents, as in a run without a journal.
  const { context, records } = io;
  const effects = journaled(inner, journalInside(journal, runId, call.id), { options, context, records });
  try {
    const result = await inner.drive({ ...start, budget }, effects);
    return () => Promise.resolve(result);
  } catch (error) {
    // Throw the engine's own errors, and every error after an abort, to the engine. Other errors become the call's result.
    if (!RunError.is(error) || journal.signal.aborted) throw error;
    return () => Promise.reject(error);
  }
}

/**
 * Runs the check of an agent tool as a step, so that a replay has the same result. Returns the message of its failure, or `''` if the
 * sub-agent may begin.
 */
function failureOfCheck(check: () => void | Promise<void>, name: string, journal: Journal): Promise<string> {
  const run = async (): Promise<string> => {
    try {
      await check();
      return '';
    } catch (error) {
      if (journal.signal.aborted) throw error;
      return messageOf(error) || 'the check failed';
    }
  };
  return journalEntry(name, run, isText, journal);
}
