import type { Decision } from '@majordomo/agent';
import { findWaitingCall, type RunJournal, type WaitingCall } from '@majordomo/agent/durable';
import { fromJson, LlmError, toJson, type JsonValue } from '@majordomo/core';
import {
  handlers,
  RestatePromise,
  TerminalError,
  type InvocationId,
  type WorkflowContext,
  type WorkflowSharedContext,
} from '@restatedev/restate-sdk';
import { terminalError } from './terminal.ts';

/** Name of the promise that resolves with the run's invocation id. */
const INVOCATION = 'begun';

/** Returns the name of the promise that resolves with the waiting calls of a round, or with `null` when the run has ended. */
const roundName = (round: number): string => `waiting ${round}`;

/** Publishes the invocation id, by which `awaiting` detects the end of a run that was killed or whose agent changed. */
export function publishInvocation(context: WorkflowContext): void {
  void context.promise<InvocationId>(INVOCATION).resolve(context.request().id);
}

/** Creates the functions by which a run reports its waiting calls and its end. */
export function waitingReports(context: WorkflowContext): Required<Pick<RunJournal, 'awaiting' | 'onEnd'>> {
  let round = 0;
  const report = (at: number, waiting: readonly WaitingCall[] | null): Promise<void> =>
    context.promise<JsonValue>(roundName(at)).resolve(waiting && toJson(waiting));
  return {
    async awaiting(waiting) {
      context.set('waiting', toJson(waiting));
      if (waiting.length === 0) return;
      context.set('round', ++round);
      await report(round, waiting);
    },
    async onEnd() {
      context.set('waiting', []);
      await report(round + 1, null);
    },
  };
}

const waitingCalls = async (context: WorkflowSharedContext): Promise<readonly WaitingCall[]> =>
  fromJson((await context.get<JsonValue>('waiting')) ?? []);

const isDecided = async (context: WorkflowSharedContext, { name }: WaitingCall): Promise<boolean> =>
  (await context.promise<JsonValue>(name).peek()) !== undefined;

/** Waits until at least one call waits for a decision, and returns the waiting calls. Returns `[]` if the run has ended. */
export const awaiting: (context: WorkflowSharedContext) => Promise<JsonValue> = handlers.workflow.shared(
  async (context: WorkflowSharedContext) => {
    // Waits until the run has begun.
    const run = await context.promise<InvocationId>(INVOCATION);
    let ended: RestatePromise<null> | undefined;
    let round = (await context.get<number>('round')) ?? 0;
    let waiting = await waitingCalls(context);
    for (;;) {
      const open = [];
      for (const one of waiting) if (!(await isDecided(context, one))) open.push(one.call);
      if (open.length > 0) return toJson(open);
      // A run that was killed, or whose agent changed, resolves no round.
      ended ??= context
        .invocation(run)
        .attach()
        .map(() => null);
      const next = await RestatePromise.race([context.promise<JsonValue>(roundName(++round)).get(), ended]);
      if (next === null) return [];
      waiting = fromJson(next);
    }
  },
);

/** Stores a decision. Fails if the tool call does not wait for a decision. */
export const decide: (context: WorkflowSharedContext, decision: JsonValue) => Promise<void> =
  handlers.workflow.shared(async (context: WorkflowSharedContext, decision: JsonValue) => {
    const one = findCall(await waitingCalls(context), fromJson(decision));
    if (await isDecided(context, one))
      throw new TerminalError(`call "${one.call.id}" already has a decision`, { errorCode: 409 });
    await context.promise<JsonValue>(one.name).resolve(decision);
  });

function findCall(waiting: readonly WaitingCall[], decision: Decision): WaitingCall {
  try {
    return findWaitingCall(waiting, decision);
  } catch (error) {
    if (!LlmError.is(error)) throw error;
    throw terminalError(error, 400);
  }
}
