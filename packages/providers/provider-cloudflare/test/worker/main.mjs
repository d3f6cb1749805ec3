/* global AbortController, Response -- of the runtime */
import { LlmError } from '@majordomo/core';
import { createCloudflare } from './index.ts';

/** Application that makes one call, with the binding or over REST. Responds with the events and the error as JSON. */
export default {
  async fetch(incoming, env) {
    const { transport, request, abortAt } = await incoming.json();
    const provider =
      transport === 'by the binding'
        ? createCloudflare({ binding: env.AI })
        : createCloudflare({ baseURL: env.ORIGIN, accountId: 'acc', apiKey: 'key' });
    const controller = new AbortController();
    const { signal } = controller;
    const context = { target: 'cloudflare/@cf/m', delivery: 'deltas', signal, env: {} };
    const events = [];
    let error;
    try {
      for await (const step of provider.model('@cf/m').stream(request, context)) {
        events.push(...[step].flat());
        if (events.some(({ type }) => type === abortAt)) controller.abort();
      }
    } catch (thrown) {
      if (!LlmError.is(thrown)) throw thrown;
      const { kind, message, details } = thrown;
      error = { kind, message, details: { status: details.status, code: details.code } };
    }
    return Response.json({ events, error });
  },
};
