import { GoogleGenAI } from '@google/genai';
import { ANSWER, check, GATEWAY, HELLO, joined, KEY, MODEL, WEATHER, weather } from './checks.mjs';

const client = new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: GATEWAY } });
const { name, description, parameters } = WEATHER;

await check(
  'generateContent',
  async () => (await client.models.generateContent({ model: MODEL, contents: 'hi' })).text,
  HELLO,
);
await check(
  'chat, streamed tool loop',
  async () => {
    const declaration = { name, description, parametersJsonSchema: parameters };
    const config = { tools: [{ functionDeclarations: [declaration] }] };
    const chat = client.chats.create({ model: MODEL, config });
    const calls = [];
    for await (const { functionCalls = [] } of await chat.sendMessageStream({ message: 'hi' }))
      calls.push(...functionCalls);
    const message = calls.map((call) => ({
      functionResponse: { id: call.id, name: call.name, response: { output: weather(call.args) } },
    }));
    return joined(await chat.sendMessageStream({ message }), ({ text }) => text);
  },
  ANSWER,
);
