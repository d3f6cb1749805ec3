import type { JsonValue, ToolCallPart } from '@majordomo/core';
import { pathOf } from '../state/call-paths.ts';
import type { Decision } from '../state/state.ts';
import type { WaitingCall } from '../state/waiting-calls.ts';

/**
 * Journal of a durable engine. Step names depend only on the state of the run, so that a replay after a change of code uses the
 * same names. Errors of the journal are thrown unchanged, because engines suspend and cancel runs by throwing errors.
 */
export interface Journal {
  /** Id of the run, which is the first part of `ToolContext.key`. */
  readonly runId: string;
  /** Signal that aborts the current work. */
  readonly signal: AbortSignal;
  /** Maximum size of an entry, in bytes of JSON. A larger entry fails the run without a retry. @default no limit */
  readonly maxBytes?: number | undefined;
  /** Returns the recorded result of a step, or runs the step and records its result. Parallel steps start in the same tick. */
  step(name: string, run: () => Promise<JsonValue>): Promise<JsonValue>;
  /** Waits for the decision on a call. Each wait has a unique `name`. The id of a call inside a sub-agent is a path. */
  decision(call: ToolCallPart, name: string): Promise<Decision>;
  /** Called before each decision with the calls of a step that still wait, and after the last decision with an empty array. */
  awaiting?(waiting: readonly WaitingCall[]): Promise<void>;
}

/** Returns the journal for a call's sub-agent. Entry names begin with `key`, and ids of calls are paths under `callId`. */
export function journalInside(journal: Journal, key: string, callId: string): Journal {
  const withPath = (call: ToolCallPart): ToolCallPart => ({ ...call, id: pathOf(callId, call.id) });
  return {
    runId: key,
    signal: journal.signal,
    maxBytes: journal.maxBytes,
    step: (name, run) => journal.step(`${key} ${name}`, run),
    async decision(call, name) {
      const callWithPath = withPath(call);
      const decision = await journal.decision(callWithPath, name);
      // The engine knows the call by its path, and the sub-agent by its id. The sub-agent rejects a decision on another call.
      return decision.callId === callWithPath.id ? { ...decision, callId: call.id } : decision;
    },
    async awaiting(waiting) {
      await journal.awaiting?.(waiting.map((one) => ({ ...one, call: withPath(one.call) })));
    },
  };
}
