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
import { terminal } from './terminal.ts';

/** Of the promise that tells which invocation the run is. */
const BEGUN = 'begun';

/** Of the promise that tells which calls wait for the n-th time; `null`: the run is over. */
const roundName = (round: number): string => `waiting ${round}`;

/** Whoever asks which calls wait hears by it of an end that the run itself could not tell: it was killed, or its agent changed. */
export function tellBegun(context: WorkflowContext): void {
  void context.promise<InvocationId>(BEGUN).resolve(context.request().id);
}

/** What a run tells those who ask which calls wait. */
export function roundsOf(context: WorkflowContext): Required<Pick<RunJournal, 'awaiting' | 'onEnd'>> {
  let round = 0;
  const tell = (at: number, waiting: readonly WaitingCall[] | null): Promise<void> =>
    context.promise<JsonValue>(roundName(at)).resolve(waiting && toJson(waiting));
  return {
    async awaiting(waiting) {
      context.set('waiting', toJson(waiting));
      if (waiting.length === 0) return;
      context.set('round', ++round);
      await tell(round, waiting);
    },
    async onEnd() {
      context.set('waiting', []);
      await tell(round + 1, null);
    },
  };
}

const waitingIn = async (context: WorkflowSharedContext): Promise<readonly WaitingCall[]> =>
  fromJson((await context.get<JsonValue>('waiting')) ?? []);

const isDecided = async (context: WorkflowSharedContext, { name }: WaitingCall): Promise<boolean> =>
  (await context.promise<JsonValue>(name).peek()) !== undefined;

/** The calls that wait and were not decided on, as soon as there are some; none once the run is over. */
export const awaiting: (context: WorkflowSharedContext) => Promise<JsonValue> = handlers.workflow.shared(
  async (context: WorkflowSharedContext) => {
    const run = await context.promise<InvocationId>(BEGUN);
    let ended: RestatePromise<null> | undefined;
    let round = (await context.get<number>('round')) ?? 0;
    let waiting = await waitingIn(context);
    for (;;) {
      const open = [];
      for (const one of waiting) if (!(await isDecided(context, one))) open.push(one.call);
      if (open.length > 0) return toJson(open);
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

/** Keeps a decision, unless no call waits for it. */
export const decide: (context: WorkflowSharedContext, decision: JsonValue) => Promise<void> =
  handlers.workflow.shared(async (context: WorkflowSharedContext, decision: JsonValue) => {
    const one = chosen(await waitingIn(context), fromJson(decision));
    if (await isDecided(context, one))
      throw new TerminalError(`"${one.call.id}" was decided on before`, { errorCode: 409 });
    await context.promise<JsonValue>(one.name).resolve(decision);
  });

function chosen(waiting: readonly WaitingCall[], decision: Decision): WaitingCall {
  try {
    return findWaitingCall(waiting, decision);
  } catch (error) {
    if (!LlmError.is(error)) throw error;
    throw terminal(error, 400);
  }
}
