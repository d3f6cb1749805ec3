import { HumanMessage, ToolMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { ANSWER, check, GATEWAY, KEY, MODEL, WEATHER, weather } from './checks.mjs';

for (const useResponsesApi of [false, true]) {
  const model = new ChatOpenAI({
    model: MODEL,
    apiKey: KEY,
    maxRetries: 0,
    useResponsesApi,
    zdrEnabled: true,
    configuration: { baseURL: `${GATEWAY}/v1` },
  }).bindTools([{ type: 'function', function: WEATHER }]);
  await check(
    `${useResponsesApi ? 'Responses' : 'Chat Completions'}, streamed tool loop`,
    async () => {
      const messages = [new HumanMessage('hi')];
      let message;
      for await (const chunk of await model.stream(messages)) message = message?.concat(chunk) ?? chunk;
      const results = message.tool_calls.map(
        ({ id, args }) => new ToolMessage({ tool_call_id: id, content: weather(args) }),
      );
      return (await model.invoke([...messages, message, ...results])).text;
    },
    ANSWER,
  );
}
