import { createMajordomo, type Majordomo, type MajordomoOptions } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import {
  anthropicMessages,
  openaiChat,
  startWireServer,
  type Step,
  type WireServer,
} from '@majordomo/conformance';
import type { Watch } from './recording.ts';

/** Two vendors on 127.0.0.1, called through their SDKs. */
export interface World extends AsyncDisposable {
  readonly majordomo: Majordomo;
  readonly openai: WireServer;
  readonly anthropic: WireServer;
}

/** Answers of each vendor, request by request. */
export interface Scripts {
  readonly openai?: readonly Step[];
  readonly anthropic?: readonly Step[];
}

export async function createWorld(
  { openai: first = [], anthropic: second = [] }: Scripts,
  watched: Watch,
  options: Partial<MajordomoOptions> = {},
): Promise<World> {
  const openai = await startWireServer({ wire: openaiChat, script: first, split: 'event' });
  const anthropic = await startWireServer({ wire: anthropicMessages, script: second, split: 'event' });
  const majordomo = createMajordomo({
    providers: [
      createOpenAI({ apiKey: 'sk-test', baseURL: openai.baseURL, api: 'chat' }),
      createAnthropic({ apiKey: 'sk-test', baseURL: anthropic.baseURL }),
    ],
    chain: { backoff: { baseMs: 2 } },
    random: () => 0.5,
    ...watched.majordomo,
    ...options,
  });
  return {
    ...{ majordomo, openai, anthropic },
    async [Symbol.asyncDispose]() {
      await Promise.all([openai.close(), anthropic.close()]);
    },
  };
}
