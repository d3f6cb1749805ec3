import { createMajordomo } from '@majordomo/core';
import { createGateway } from '@majordomo/gateway';
import { serve } from '@majordomo/gateway/node';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import { anthropicMessages, openaiChat, startWireServer, type WireServer } from '@majordomo/conformance';
// eslint-disable-next-line majordomo/no-raw-sdk -- the demo calls the gateway with OpenAI's SDK
import OpenAI from 'openai';
import type { Timeline } from '../../cli/src/demo/timeline.ts';

const ANSWER = 'Claude answers this request, and the client needs no change.';

/** Plays the demo's last scene: a gateway serves a chain, and OpenAI's SDK calls it. Returns the vendors' servers. */
export async function playGateway(timeline: Timeline): Promise<readonly WireServer[]> {
  const away = { failure: 'overloaded', status: 529 } as const;
  const openai = await startWireServer({ wire: openaiChat, script: () => away });
  const anthropic = await startWireServer({ wire: anthropicMessages, script: () => ANSWER });
  const majordomo = createMajordomo({
    providers: [
      createOpenAI({ apiKey: 'demo', baseURL: openai.baseURL, api: 'chat' }),
      createAnthropic({ apiKey: 'demo', baseURL: anthropic.baseURL }),
    ],
    chain: { attempts: 1 },
    onEvent: timeline.onEvent,
  });
  const models = { butler: 'openai/gpt-away,anthropic/claude-served' };
  const gateway = await serve(createGateway({ majordomo, models }), { port: 0 });
  try {
    timeline.title("6  A gateway serves the chain as one model; OpenAI's SDK calls it");
    const client = new OpenAI({ apiKey: 'any text', baseURL: `${gateway.url}/v1`, maxRetries: 0 });
    const stream = await client.chat.completions.create({
      model: 'butler',
      messages: [{ role: 'user', content: 'Hello?' }],
      stream: true,
    });
    let shown = '';
    for await (const { choices } of stream) shown += choices[0]?.delta.content ?? '';
    timeline.say('answer', shown);
    return [openai, anthropic];
  } finally {
    await gateway.close();
    await Promise.all([openai.close(), anthropic.close()]);
  }
}
