import { user } from '@majordomo/core';
import { Scribe } from '@majordomo/core/provider';

const USAGE = { input: 12, output: 5, cacheRead: 0, cacheWrite: 0, reasoning: 0 };
/** So few tokens are never answered. */
const NEVER = { messages: [user('wait')], maxTokens: 1 };
/** Never heard from; it holds what waits for it. */
const { signal: FOR_EVER } = new AbortController();

/** Answers at once, without a network: what is left of a call is what surrounds it. */
export const instant = (id) => ({
  spi: 1,
  id,
  model: (modelId) => ({
    id: modelId,
    families: [],
    capabilities: {},
    async *stream({ maxTokens }, { target }) {
      if (maxTokens === NEVER.maxTokens) await new Promise(() => undefined);
      const scribe = new Scribe(target);
      yield scribe.text('ok');
      yield scribe.finish('stop', 'stop', USAGE);
    },
  }),
});

/**
 * A call of this model that is under way for as long as the process, as there are some in every one that is asked often. Where
 * a collection finds none, V8 forgets the shapes of all that belongs to a call, and the machine code with them: rounds begin
 * with a collection, and would measure the compiler.
 */
export function underWay(model) {
  const timeouts = { connectMs: Infinity, firstContentMs: Infinity, wholeMs: Infinity };
  model.generate(NEVER, { signal: FOR_EVER, timeouts }).catch(() => undefined);
}
