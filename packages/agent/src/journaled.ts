import type { JsonValue, ToolCallPart } from '@majordomo/core';
import type { Agent } from './agent.ts';
import type { EffectsIo } from './effects.ts';
import { journalEntry, isAnswer, isListOf, isOutcomeOf, isText, type EntryCheck } from './entry.ts';
import type { Effects } from './loop.ts';
import { isMessage } from './messages-from.ts';
import { approvalName, modelCallName, claimName, steerName, toolName } from './names.ts';
import type { Decision } from './state.ts';
import { findWaitingCall, waitingCalls, type WaitingCall } from './waiting-calls.ts';

/**
 * Journal of a durable engine. Names of steps follow from the state of the run, so that a replay uses the same names
 * after a change of code. Errors of the journal pass unchanged: engines suspend and cancel by them.
 */
export interface Journal {
  /** Names the run in `ToolContext.key`. */
  readonly runId: string;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
  /** The largest entry that the engine takes, in bytes of JSON; what is larger fails the run, and is not tried again. Default: any. */
  readonly maxBytes?: number | undefined;
  /** Returns the recorded result of the step, or runs it and records its result. Parallel tools begin in one tick. */
  step(name: string, run: () => Promise<JsonValue>): Promise<JsonValue>;
  /** Waits for what a person decides on a call. A call that waits a second time has another name. */
  decision(call: ToolCallPart, name: string): Promise<Decision>;
  /** Called with all calls of a step that wait, again after each decision, and finally with none. */
  awaiting?(waiting: readonly WaitingCall[]): Promise<void>;
}

/** Observers and options of a run on a journal. A step that comes from the journal emits no events. */
export type JournaledIo = Omit<EffectsIo, 'runId' | 'signal'>;

/**
 * The effects of an agent as steps of a journal: `agent.drive(state, journaled(agent, journal))` survives the death of its
 * process. Each result is recorded once; an effect may happen twice where the process dies before its record, unless a tool
 * hands its `key` on or has `effect: 'once'`.
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
    runTool: (call, state) =>
      step(toolName(runId, state, call), isOutcomeOf(call.id), () => runTool(call, state)),
    claim: (call, state) =>
      step(claimName(runId, state, call), isText, () => Promise.resolve(agent.claimOwner())),
    ...(steer && { steer: (state) => step(steerName(state), isListOf(isMessage), () => steer(state)) }),
    async decisions(calls, state) {
      const all: Decision[] = [];
      const waiting = waitingCalls(runId, calls, state);
      for (const [at, one] of waiting.entries()) {
        await journal.awaiting?.(waiting.slice(at));
        const decision = await journal.decision(one.call, one.name);
        findWaitingCall([one], decision);
        all.push(decision);
      }
      await journal.awaiting?.([]);
      return all;
    },
  };
}
