import { z } from 'zod';
import { ANSWER, check, GATEWAY, KEY, MODEL, WEATHER, weather } from './checks.mjs';

const [, , major] = process.argv;
const { generateText, stepCountIs, streamText, tool } = await import(`ai-${major}`);
const { createOpenAI } = await import(`@ai-sdk/openai-${major}`);
const { createAnthropic } = await import(`@ai-sdk/anthropic-${major}`);
const { createGoogleGenerativeAI } = await import(`@ai-sdk/google-${major}`);

globalThis.AI_SDK_LOG_WARNINGS = false;
const openai = createOpenAI({ baseURL: `${GATEWAY}/v1`, apiKey: KEY });
const models = {
  'openai.chat': openai.chat(MODEL),
  'openai.responses': openai.responses(MODEL),
  anthropic: createAnthropic({ baseURL: `${GATEWAY}/v1`, apiKey: KEY })(MODEL),
  google: createGoogleGenerativeAI({ baseURL: `${GATEWAY}/v1beta`, apiKey: KEY })(MODEL),
};
for (const [name, model] of Object.entries(models)) {
  const options = {
    model,
    prompt: 'hi',
    maxRetries: 0,
    stopWhen: stepCountIs(3),
    providerOptions: { openai: { store: false } },
    tools: {
      weather: tool({
        description: WEATHER.description,
        inputSchema: z.object({ city: z.string() }),
        execute: weather,
      }),
    },
  };
  await check(`${name}, tool loop`, async () => (await generateText(options)).text, ANSWER);
  await check(`${name}, streamed tool loop`, async () => streamText(options).text, ANSWER);
}
