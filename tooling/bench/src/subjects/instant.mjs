const USAGE = { input: 12, output: 5, cacheRead: 0, cacheWrite: 0, reasoning: 0 };

/** Returns a provider that answers at once. */
export const instant = (id = 'p') => ({
  spi: 1,
  id,
  model: (modelId) => ({
    id: modelId,
    families: [],
    capabilities: {},
    async *stream(_request, { target }) {
      yield [
        { type: 'start', target, id: undefined },
        { type: 'part-start', index: 0, part: { type: 'text' } },
        { type: 'text-delta', index: 0, text: 'ok' },
        { type: 'part-end', index: 0, part: { type: 'text', text: 'ok' } },
        { type: 'finish', target, reason: 'stop', raw: 'stop', usage: USAGE },
      ];
    },
  }),
});
