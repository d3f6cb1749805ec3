import type { ModelContext, Provider } from '@majordomo/core';
import type { credentialSource } from '../../src/credentials.ts';
import { EventWriter } from '../../src/event-writer.ts';

type Answer = (key: string, context: ModelContext) => string | Promise<string>;

/** Returns a provider `a` whose models respond with the text that `answer` returns for the key of the request. */
export const keyedProvider = (source: ReturnType<typeof credentialSource>, answer: Answer): Provider => ({
  spi: 1,
  id: 'a',
  model: (id) => ({
    id,
    families: [],
    capabilities: {},
    async *stream(_request, context) {
      const text = await answer(await source.resolve(context), context);
      const writer = new EventWriter(context.target, { collects: true });
      writer.text(text);
      writer.finish('stop', undefined, undefined);
      yield writer.take();
    },
  }),
});
