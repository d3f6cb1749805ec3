import { createMCPClient } from '@ai-sdk/mcp';
import { createOpenAI } from '@ai-sdk/openai-7';
import { generateText, stepCountIs } from 'ai-7';
import { ANSWER, check, GATEWAY, KEY, MODEL } from './checks.mjs';

globalThis.AI_SDK_LOG_WARNINGS = false;
const model = createOpenAI({ baseURL: `${GATEWAY}/v1`, apiKey: KEY }).responses(MODEL);
for (const [path, tool] of [
  ['/mcp', 'office__weather'],
  ['/mcp/office', 'weather'],
]) {
  const headers = { authorization: `Bearer ${KEY}` };
  const client = await createMCPClient({ transport: { type: 'http', url: GATEWAY + path, headers } });
  const tools = await client.tools();
  await check(`${path}, tools`, async () => Object.keys(tools).join(), tool);
  const options = { model, prompt: 'hi', maxRetries: 0, stopWhen: stepCountIs(3), tools };
  await check(`${path}, tool loop`, async () => (await generateText(options)).text, ANSWER);
  await client.close();
}
