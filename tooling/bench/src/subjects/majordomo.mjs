import { EDIT, FOUND, PROMPT, SEARCH } from '../wires/wire.mjs';

/** The whole path: registry, chain, health, provider, SDK. Nothing is switched off. */
export const majordomo = (dialect) => ({
  family: 'majordomo',
  wire: dialect.name,
  async open(origin) {
    const { createMajordomo, toolResult, user } = await import('@majordomo/core');
    const providers = [await dialect.provider(dialect.baseURL(origin))];
    const model = createMajordomo({ env: {}, providers }).model(`p/${dialect.model}`);
    const messages = [user(PROMPT)];
    const maxTokens = 1024;

    async function streamText(onDelta) {
      let text = '';
      for await (const event of model.stream({ messages, maxTokens })) {
        if (event.type !== 'text-delta') continue;
        text += event.text;
        onDelta?.(event.text);
      }
      return text;
    }

    async function streamTool() {
      let call;
      for await (const event of model.stream({ messages, maxTokens, tools: [EDIT] }))
        if (event.type === 'part-end' && event.part.type === 'tool-call') call = event.part;
      return { name: call?.name, args: call?.args };
    }

    async function streamJson() {
      let last;
      for await (const value of model.streamObject({ messages, maxTokens, output: EDIT.parameters }))
        last = value;
      return last;
    }

    async function runAgent() {
      const history = [...messages];
      for (let steps = 0; ; steps++) {
        const answer = await model.generate({ messages: history, maxTokens, tools: [SEARCH] });
        if (answer.toolCalls.length === 0) return { steps, text: answer.text };
        const results = answer.toolCalls.map(({ id, name }) => ({ callId: id, name, content: FOUND }));
        history.push(answer.message, toolResult(results));
      }
    }

    const complete = async () => (await model.generate({ messages, maxTokens })).text;
    return { complete, streamText, ...(dialect.cutsArguments && { streamTool }), streamJson, runAgent };
  },
});
