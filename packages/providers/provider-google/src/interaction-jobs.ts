import { LlmError, type BackgroundBackend, type BatchContext } from '@majordomo/core';
import { asRecord, asText } from '@majordomo/core/toolkit';
import { tryParseJson } from '@majordomo/wire-kit';
import { batchRequest, ignoreGone } from '@majordomo/wire-kit/internal';
import type { Connection } from './connection.ts';
import type { InteractionCall } from './session.ts';
import { chunksOf, eventIdOf, lookOf } from './interaction-answer.ts';
import { interactionBody } from './interaction-body.ts';

type InteractionJobs = Required<Omit<BackgroundBackend, 'expiresMs' | 'retentionDays' | 'readEvent'>>;

/**
 * Creates the request functions for background interactions of the Gemini API. Requests and answers are converted from and to
 * generateContent, so that the reader of live responses reads them. A job needs none of the headers of the live call, and the
 * API accepts no idempotency key. Source: types of @google/genai 3.1.
 */
export function interactionJobs(modelId: string, { open }: Connection): InteractionJobs {
  /** Sends a request and returns its unread response. The signal does not end the reading, so the reader cancels the body. */
  const request = (context: BatchContext, call: InteractionCall): Promise<Response> =>
    batchRequest(context, open, (requestContext, session) => session.interact(call, requestContext));
  const json = (context: BatchContext, call: InteractionCall): Promise<Readonly<Record<string, unknown>>> =>
    batchRequest(context, open, async (requestContext, session) =>
      asRecord(await (await session.interact(call, requestContext)).json()),
    );

  return {
    async start(body, _headers, _token, context) {
      const { target } = context;
      const job = interactionBody(modelId, asRecord(tryParseJson(body)), target);
      const { id } = await json(context, (interactions) => interactions.create(job as never));
      const started = asText(id);
      if (started !== undefined && started !== '') return started;
      throw new LlmError('protocol', `${target}: the response to the start of a job has no id`, { target });
    },

    look: async (ref, context) =>
      lookOf(await json(context, (interactions) => interactions.get(ref)), context.target),

    async stream(ref, after, context) {
      const id = eventIdOf(after);
      const query = id === undefined ? { stream: true } : { stream: true, last_event_id: id };
      // The SDK must not decode the stream, so it does not know that it is one.
      const call: InteractionCall = (interactions) => interactions.get(ref, {}, { extra_query: query });
      return chunksOf(await request(context, call), after, context.target);
    },

    async cancel(ref, context) {
      await ignoreGone(request(context, (interactions) => interactions.cancel(ref)).then(discard));
    },

    async remove(ref, context) {
      await ignoreGone(request(context, (interactions) => interactions.delete(ref)).then(discard));
    },
  };
}

const discard = async (response: Response): Promise<void> => response.body?.cancel();
