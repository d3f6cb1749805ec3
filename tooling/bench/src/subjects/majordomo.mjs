import { EDIT, FOUND, PROMPT, SEARCH } from '../wires/wire.mjs';

/**
 * The complete path with its defaults: registry, chain, health, provider, SDK. `runAgent` uses `@majordomo/agent` as its README
 * shows. `runLoop` is the same conversation as a loop over `generate`.
 */
export const majordomo = subjectOf('majordomo', async () => undefined);

/** Subject with the fetch of `@majordomo/undici`. */
export const undici = subjectOf('undici', async () => (await import('@majordomo/undici')).undiciFetch());

function subjectOf(family, fetchOf) {
  return (dialect) => ({
    family,
    wire: dialect.name,
    async open(origin) {
      const { createMajordomo, toolResult, user } = await import('@majordomo/core');
      const providers = [await dialect.provider(dialect.baseURL(origin))];
      const fetch = await fetchOf();
      const model = createMajordomo({ env: {}, providers, fetch }).model(`p/${dialect.model}`);
      const messages = [user(PROMPT)];
      const maxTokens = 1024;

      return {
        complete: async () => (await model.generate({ messages, maxTokens })).text,
        async streamText(onDelta, signal) {
          let text = '';
          for await (const event of model.stream({ messages, maxTokens }, { signal })) {
            if (event.type !== 'text-delta') continue;
            text += event.text;
            onDelta?.(event.text);
          }
          return text;
        },
        async streamTool() {
          let call;
          for await (const event of model.stream({ messages, maxTokens, tools: [EDIT] }))
            if (event.type === 'part-end' && event.part.type === 'tool-call') call = event.part;
          return { name: call?.name, args: call?.args };
        },
        completeHistory: async (history, tools) =>
          (await model.generate({ messages: history, maxTokens, tools })).text,
        async runAgent() {
          const { createAgent, defineTool } = await import('@majordomo/agent');
          const search = defineTool({ ...SEARCH, run: () => FOUND });
          const agent = createAgent({ model, tools: [search], maxTokens, maxSteps: Number.MAX_SAFE_INTEGER });
          const { state, text } = await agent.run(PROMPT);
          return { steps: state.steps - 1, text };
        },
        async runLoop(result = FOUND) {
          const history = [...messages];
          for (let steps = 0; ; steps++) {
            const answer = await model.generate({ messages: history, maxTokens, tools: [SEARCH] });
            if (answer.toolCalls.length === 0) return { steps, text: answer.text, history };
            const results = answer.toolCalls.map(({ id, name }) => ({ callId: id, name, content: result }));
            history.push(answer.message, toolResult(results));
          }
        },
      };
    },
  });
}
