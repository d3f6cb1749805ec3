import { Scribe } from '@majordomo/core/provider';

const USAGE = { input: 12, output: 5, cacheRead: 0, cacheWrite: 0, reasoning: 0 };

/** Answers at once, without a network: what is left of a call is what surrounds it. */
export const instant = (id) => ({
  spi: 1,
  id,
  model: (modelId) => ({
    id: modelId,
    families: [],
    capabilities: {},
    async *stream(_request, { target }) {
      const scribe = new Scribe(target);
      yield scribe.text('ok');
      yield scribe.finish('stop', 'stop', USAGE);
    },
  }),
});
