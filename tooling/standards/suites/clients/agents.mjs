import { Agent, run, setDefaultOpenAIClient, setOpenAIAPI, setTracingDisabled, tool } from '@openai/agents';
import { OpenAI } from 'openai-7';
import { z } from 'zod';
import { ANSWER, check, GATEWAY, KEY, MODEL, WEATHER, weather } from './checks.mjs';

setTracingDisabled(true);
setDefaultOpenAIClient(new OpenAI({ apiKey: KEY, baseURL: `${GATEWAY}/v1`, maxRetries: 0 }));
const agent = new Agent({
  name: 'Forecaster',
  instructions: 'Answer questions about the weather.',
  model: MODEL,
  modelSettings: { store: false },
  tools: [
    tool({
      name: WEATHER.name,
      description: WEATHER.description,
      parameters: z.object({ city: z.string() }),
      execute: weather,
    }),
  ],
});
for (const api of ['responses', 'chat_completions']) {
  setOpenAIAPI(api);
  await check(`${api}, run`, async () => (await run(agent, 'hi')).finalOutput, ANSWER);
  await check(
    `${api}, streamed run`,
    async () => {
      const result = await run(agent, 'hi', { stream: true });
      await result.completed;
      return result.finalOutput;
    },
    ANSWER,
  );
}
