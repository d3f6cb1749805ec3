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
 * Journal of a durable engine. Step names depend only on the state of the run, so that a replay after a change of code uses the
 * same names. Errors of the journal are thrown unchanged, because engines suspend and cancel runs by throwing errors.
 */
export interface Journal {
  /** Id of the run, which is the first part of `ToolContext.key`. */
  readonly runId: string;
  /** Signal that aborts the current work. */
  readonly signal: AbortSignal;
  /** Maximum size of an entry, in bytes of JSON. A larger entry fails the run without a retry. `@default no limit` */
  readonly maxBytes?: number | undefined;
  /** Returns the recorded result of a step, or runs the step and records its result. Parallel tools start in one tick. */
  step(name: string, run: () => Promise<JsonValue>): Promise<JsonValue>;
  /** Waits for the decision on a call. If the same call waits again, `name` is different. */
  decision(call: ToolCallPart, name: string): Promise<Decision>;
  /** Called with all calls of a step that wait for decisions, then after each decision, and finally with an empty array. */
  awaiting?(waiting: readonly WaitingCall[]): Promise<void>;
}

/** Observers and options of a run on a journal. A step that is read from the journal emits no events. */
export type JournaledIo = Omit<EffectsIo, 'runId' | 'signal'>;

/**
 * Returns an agent's effects as steps of a journal, so that `agent.drive(state, journaled(agent, journal))` survives the end of
 * its process. Each result is recorded once. If the process ends before a result is recorded, the effect is repeated. To prevent
 * the repetition, declare `effect: 'once'`, or pass the tool's `key` to a service that deduplicates.
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
