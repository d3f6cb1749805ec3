import { LlmError, type Provider } from '@majordomo/core';
import { kindOfStatus, EventWriter, sseMessages } from '@majordomo/wire-kit';

/** Creates a provider in a single file. The chain handles retries, timeouts, failover and health. */
export function createAcme(options: { readonly baseURL: string; readonly apiKey?: string }): Provider {
  return {
    spi: 1,
    id: 'acme',
    model: (id) => ({
      id,
      families: ['acme'],
      capabilities: { tools: false, images: false },
      async *stream(request, { target, signal, env }) {
        const key = options.apiKey ?? env['ACME_API_KEY'];
        if (key === undefined)
          throw new LlmError('auth', `no key for ${target}; set ACME_API_KEY`, { target });
        const response = await fetch(`${options.baseURL}/talk`, {
          method: 'POST',
          signal,
          headers: { authorization: `Bearer ${key}` },
          body: JSON.stringify({
            model: id,
            system: request.system,
            turns: request.messages,
            ...request.extra,
          }),
        });
        if (!response.ok || response.body === null) {
          const { status } = response;
          throw new LlmError(kindOfStatus(status), `${target} answered ${status}`, { target, status });
        }
        const writer = new EventWriter(target);
        yield writer.start();
        for await (const { data } of sseMessages(response.body)) {
          const chunk = JSON.parse(data) as { readonly text?: string; readonly done?: string };
          if (chunk.text !== undefined) yield writer.text(chunk.text);
          if (chunk.done === undefined) continue;
          yield writer.finish(chunk.done === 'end' ? 'stop' : 'other', chunk.done, undefined);
          return;
        }
        // If a body has no end marker, the response is incomplete, even with status 200.
        throw new LlmError('truncated', `${target}: the stream ended without an end marker`, { target });
      },
    }),
  };
}
