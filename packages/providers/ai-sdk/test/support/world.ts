import { createMajordomo, type ChainOptions, type Majordomo, type MajordomoOptions } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createGoogle } from '@majordomo/provider-google';
import { createOpenAI } from '@majordomo/provider-openai';
import {
  anthropicMessages,
  geminiGenerate,
  openaiResponses,
  startWireServer,
  type Script,
  type WireServer,
} from '@majordomo/conformance';

// Otherwise the AI SDK prints every warning.
Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });

/** Servers of three vendors on 127.0.0.1, each with a script, and a majordomo with their providers. */
export interface World extends AsyncDisposable {
  readonly majordomo: Majordomo;
  readonly openai: WireServer;
  readonly anthropic: WireServer;
  readonly google: WireServer;
}

export interface Scripts {
  readonly openai?: Script;
  readonly anthropic?: Script;
  readonly google?: Script;
}

/** Starts the servers. A server without a script answers `hello`, and each target has one attempt. */
export async function createWorld(
  scripts: Scripts = {},
  options: Omit<Partial<MajordomoOptions>, 'chain'> & { readonly chain?: ChainOptions } = {},
): Promise<World> {
  const hello: Script = () => 'hello';
  const [openai, anthropic, google] = await Promise.all([
    startWireServer({ wire: openaiResponses, script: scripts.openai ?? hello }),
    startWireServer({ wire: anthropicMessages, script: scripts.anthropic ?? hello }),
    startWireServer({ wire: geminiGenerate, script: scripts.google ?? hello }),
  ]);
  const majordomo = createMajordomo({
    providers: [
      createOpenAI({ apiKey: 'sk-test', baseURL: openai.baseURL }),
      createAnthropic({ apiKey: 'sk-ant-test', baseURL: anthropic.baseURL }),
      createGoogle({ apiKey: 'g-test', baseURL: google.baseURL }),
    ],
    ...options,
    chain: { attempts: 1, ...options.chain },
  });
  return {
    majordomo,
    openai,
    anthropic,
    google,
    async [Symbol.asyncDispose]() {
      await Promise.all([openai.close(), anthropic.close(), google.close()]);
    },
  };
}
