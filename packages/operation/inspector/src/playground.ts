import { LlmError, user, type Attempt, type CallEvent, type ChatRequest } from '@majordomo/core';
import { asRecord, jsonLine } from '@majordomo/core/toolkit';
import { answer, Refusal } from './answers.ts';
import type { PlayLine } from './feed-types.ts';
import type { InspectorSetup } from './options.ts';
import { readBody } from './read-body.ts';

/** Maximum length of a body, in characters. */
const MAX_BODY_LENGTH = 100_000;

/** Sends a prompt as a call of the tenant `inspector`, and streams the answer as lines of JSON. */
export async function play(
  request: Request,
  setup: InspectorSetup,
  onEvent: (event: CallEvent, request?: ChatRequest) => void,
): Promise<Response> {
  if (setup.playground === false)
    throw new Refusal(
      404,
      'playground: the playground is disabled; remove playground: false from the options of the inspector',
    );
  const { model, message } = asRecord(await readBody(request, MAX_BODY_LENGTH));
  if (typeof model !== 'string' || model === '') throw new Refusal(400, 'model: must be a name or a spec');
  if (typeof message !== 'string' || message === '') throw new Refusal(400, 'message: must contain text');
  const lines = linesOf({ model, message }, setup, request.signal, onEvent);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await lines.next();
        if (done === true) controller.close();
        else controller.enqueue(encoder.encode(jsonLine(value)));
      },
      async cancel() {
        await lines.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
  return answer(body, { 'content-type': 'application/x-ndjson' });
}

async function* linesOf(
  { model, message }: { readonly model: string; readonly message: string },
  { majordomo, models = {}, redactor }: InspectorSetup,
  signal: AbortSignal,
  onEvent: (event: CallEvent, request?: ChatRequest) => void,
): AsyncGenerator<PlayLine, undefined> {
  const request: ChatRequest = { messages: [user(message)] };
  let attempts: readonly Attempt[] = [];
  const end = (rest: Pick<Extract<PlayLine, { type: 'end' }>, 'target' | 'error'>): PlayLine => ({
    type: 'end',
    ...rest,
    attempts: attempts.map(({ target, outcome, error }) => ({
      target,
      outcome,
      reason: error && redactor.text(`${error.kind}: ${error.message}`),
    })),
  });
  try {
    const stream = majordomo
      .model(Object.hasOwn(models, model) ? (models[model] ?? model) : model)
      .stream(request, {
        tenant: 'inspector',
        signal,
        onEvent: (event) => {
          if (event.type === 'call-end') ({ attempts } = event);
          onEvent(event, request);
        },
      });
    for await (const event of stream) {
      if (event.type === 'text-delta') yield { type: 'text', text: event.text };
      if (event.type === 'reset') yield { type: 'reset' };
    }
    yield end({ target: (await stream.response()).target });
  } catch (error) {
    if (LlmError.is(error)) attempts = error.details.attempts;
    yield end({
      error: LlmError.is(error) ? redactor.text(`${error.kind}: ${error.message}`) : 'the call failed',
    });
  }
  return undefined;
}
