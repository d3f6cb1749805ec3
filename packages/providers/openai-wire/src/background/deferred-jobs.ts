import { LlmError, type BackgroundBackend } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';
import { tryParseJson } from '@majordomo/wire-kit';
import { batchRequest } from '@majordomo/wire-kit/internal';
import type { Connection } from '../connection.ts';

/**
 * Creates the request functions for xAI's deferred completions. Source: docs.x.ai, "Deferred completions" (2026-11). The answer can be
 * requested exactly once. Deferred completions can neither be streamed nor cancelled, and the API accepts no idempotency key.
 */
export function deferredJobs(connection: Connection): Pick<BackgroundBackend, 'start' | 'look'> {
  const { open } = connection;
  return {
    async start(body, headers, _token, context) {
      const job = { ...asRecord(tryParseJson(body)), deferred: true };
      const { request_id: id } = await batchRequest(context, open, async (requestContext, session) => {
        const sent = {
          ...requestContext,
          headers: { ...Object.fromEntries(headers), ...requestContext.headers },
        };
        return asRecord(await (await session.post('/chat/completions', JSON.stringify(job), sent)).json());
      });
      if (typeof id === 'string' && id !== '') return id;
      const { target } = context;
      throw new LlmError('protocol', `${target}: the response to the start of a job has no id`, { target });
    },

    look: (ref, context) =>
      batchRequest(context, open, async (requestContext, session) => {
        const path = `/chat/deferred-completion/${encodeURIComponent(ref)}`;
        const response = await session.send('get', path, requestContext);
        // Read the body here, because the answer cannot be requested again.
        const text = await response.text();
        // Until the answer exists, the server sends status 202 (Accepted).
        if (response.status === 202) return { state: 'running' };
        return { state: 'ended', answer: new Response(text, { headers: response.headers }) };
      }),
  };
}
