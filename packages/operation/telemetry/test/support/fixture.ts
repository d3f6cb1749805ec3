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

/** Majordomo with the SDKs of two vendors, which call local servers. */
export interface TestClient extends AsyncDisposable {
  readonly majordomo: Majordomo;
  readonly openai: WireServer;
  readonly anthropic: WireServer;
}

/** Responses of each vendor, in the order of the requests. */
export interface Scripts {
  readonly openai?: readonly Step[];
  readonly anthropic?: readonly Step[];
}

/** Starts both servers and creates a majordomo with this telemetry. */
export async function createTestClient(
  { openai: first = [], anthropic: second = [] }: Scripts,
  telemetry: Watch,
  options: Partial<MajordomoOptions> = {},
): Promise<TestClient> {
  const openai = await startWireServer({ wire: openaiChat, script: first, split: 'event' });
  const anthropic = await startWireServer({ wire: anthropicMessages, script: second, split: 'event' });
  const majordomo = createMajordomo({
    providers: [
      createOpenAI({ apiKey: 'sk-test', baseURL: openai.baseURL, api: 'chat' }),
      createAnthropic({ apiKey: 'sk-test', baseURL: anthropic.baseURL }),
    ],
    chain: { backoff: { baseMs: 2 } },
    random: () => 0.5,
    ...telemetry.majordomo,
    ...options,
  });
  return {
    majordomo,
    openai,
    anthropic,
    async [Symbol.asyncDispose]() {
      await Promise.all([openai.close(), anthropic.close()]);
    },
  };
}
