import {
  type ChatRequest,
  type ChatResponse,
  LlmError,
  type Model,
  type ModelContext,
  type ModelRequest,
  type Recovery,
} from '@majordomo/core';
import { Accumulator, fitRequest, RecoveryMemory } from '@majordomo/core/toolkit';

const MAX_RECOVERIES = 4;

/** Recoveries that a model needed, such as a dropped temperature. They are applied to later requests that need them. */
const memories = new WeakMap<Model, RecoveryMemory>();

/**
 * Sends one chat request to a model and returns its response, which may be empty. Repeats a request that the vendor rejected with the
 * suggested change, because a chain applies recoveries only to its chat calls, and this request is part of a classification.
 */
export async function ask(model: Model, request: ChatRequest, context: ModelContext): Promise<ChatResponse> {
  const { target, signal } = context;
  const [providerId = ''] = target.split('/', 1);
  const fitted = await fitRequest(request, {
    target,
    providerId,
    model,
    // Images are sent without changes, because the fitter of the chain is not known here.
    media: undefined,
    scope: { signal },
  });
  const memory = memories.get(model) ?? new RecoveryMemory();
  memories.set(model, memory);
  const known = memory.recoveriesFor(target, fitted.request);
  let sent = known.reduce((changed, recovery) => recovery.apply(changed), fitted.request);
  let mustBeComplete = known.some(({ delivery }) => delivery === 'complete');
  const used: Recovery[] = [];
  for (;;) {
    try {
      const response = await send(model, sent, { ...fitted, mustBeComplete }, context);
      for (const recovery of used) memory.remember(target, recovery);
      return response;
    } catch (error) {
      const recovery = LlmError.is(error) ? error.details.recover : undefined;
      // A pool reads its recoveries of the credential from `context.recoveries`, which this loop does not change.
      const isUsable =
        recovery !== undefined &&
        recovery.changesCredential !== true &&
        !used.some(({ id }) => id === recovery.id);
      if (!isUsable || used.length >= MAX_RECOVERIES) throw error;
      used.push(recovery);
      sent = recovery.apply(sent);
      mustBeComplete ||= recovery.delivery === 'complete';
    }
  }
}

async function send(
  model: Model,
  request: ModelRequest,
  {
    warnings,
    read,
    mustBeComplete,
  }: Omit<Awaited<ReturnType<typeof fitRequest>>, 'request'> & {
    readonly mustBeComplete: boolean;
  },
  context: ModelContext,
): Promise<ChatResponse> {
  const isComplete = mustBeComplete || model.isNonStreaming?.(request) === true;
  const steps = model.stream(request, { ...context, delivery: isComplete ? 'complete' : 'deltas' });
  const answer = new Accumulator(context.target, warnings);
  // A step is one event or a batch of events. `read` converts them back if the request was fitted, for example to another output.
  for await (const step of read === undefined ? steps : read(steps))
    for (const event of 'type' in step ? [step] : step) answer.push(event);
  return answer.result({ spec: context.target, attempts: [] });
}

/** Whether a refusal or a filter ended the response. */
export const isRefused = ({ finish }: ChatResponse): boolean =>
  finish === 'refusal' || finish === 'content-filter';
