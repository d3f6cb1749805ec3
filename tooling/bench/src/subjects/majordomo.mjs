import { EDIT, FOUND, PROMPT, SEARCH } from '../wires/wire.mjs';

/** The complete path with its defaults: registry, chain, health, provider, SDK. */
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
        async runAgent() {
          const history = [...messages];
          for (let steps = 0; ; steps++) {
            const answer = await model.generate({ messages: history, maxTokens, tools: [SEARCH] });
            if (answer.toolCalls.length === 0) return { steps, text: answer.text };
            const results = answer.toolCalls.map(({ id, name }) => ({ callId: id, name, content: FOUND }));
            history.push(answer.message, toolResult(results));
          }
        },
      };
    },
  });
}
