import { createMajordomo, type Majordomo, type MajordomoOptions } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI } from '@majordomo/provider-openai';
import {
  anthropicMessages,
  openaiResponses,
  startWireServer,
  type Script,
  type WireServer,
} from '@majordomo/conformance';
import { createGateway, type Gateway, type GatewayOptions } from '../../src/index.ts';
import { serve } from '../../src/node.ts';

// The AI SDK would otherwise print every warning.
Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });

/** Keys of the two callers that every test gateway admits. */
export const KEY = 'key-of-team-a';
const TENANTS: ReadonlyMap<string, string> = new Map([
  [KEY, 'team-a'],
  ['key-of-team-b', 'team-b'],
]);

/** Two vendors on 127.0.0.1, each with its script, and a gateway that serves them. */
export interface TestGateway extends AsyncDisposable {
  readonly majordomo: Majordomo;
  readonly gateway: Gateway;
  /** Such as `http://127.0.0.1:4141`. */
  readonly url: string;
  readonly openai: WireServer;
  readonly anthropic: WireServer;
  close(graceMs?: number): Promise<void>;
}

export interface TestGatewayOptions {
  readonly openai?: Script;
  readonly anthropic?: Script;
  readonly gateway?: Partial<GatewayOptions>;
  readonly majordomo?: Partial<MajordomoOptions>;
  /** Whether the gateway accepts WebSockets. @default false */
  readonly sockets?: boolean;
}

/** Returns the caller by the key that clients of OpenAI or Anthropic send. */
export const byKey: NonNullable<GatewayOptions['authorize']> = ({ headers }) => {
  const key = headers.get('authorization')?.replace(/^Bearer /, '') ?? headers.get('x-api-key') ?? '';
  const tenant = TENANTS.get(key);
  return tenant === undefined ? undefined : { tenant };
};

/** Starts a gateway. `gpt` calls OpenAI and then Anthropic, `claude` in reverse order, with one attempt each. */
export async function startGateway({
  gateway: options,
  sockets = false,
  ...scripts
}: TestGatewayOptions = {}): Promise<TestGateway> {
  const answerHello: Script = () => 'hello';
  const [openai, anthropic] = await Promise.all([
    startWireServer({ wire: openaiResponses, script: scripts.openai ?? answerHello }),
    startWireServer({ wire: anthropicMessages, script: scripts.anthropic ?? answerHello }),
  ]);
  const majordomo = createMajordomo({
    providers: [
      createOpenAI({ apiKey: 'sk-vendor-secret-0123456789', baseURL: openai.baseURL }),
      createAnthropic({ apiKey: 'sk-ant-vendor-secret-0123456789', baseURL: anthropic.baseURL }),
    ],
    ...scripts.majordomo,
    chain: { attempts: 1, ...scripts.majordomo?.chain },
  });
  const gateway = createGateway({
    majordomo,
    models: {
      gpt: 'openai/gpt-5.4,anthropic/claude-haiku-4-5',
      claude: 'anthropic/claude-sonnet-4-6,openai/gpt-5.4',
    },
    authorize: byKey,
    ...options,
  });
  const served = await serve(gateway, { port: 0, sockets });
  return {
    majordomo,
    gateway,
    url: served.url,
    openai,
    anthropic,
    close: served.close,
    async [Symbol.asyncDispose]() {
      await served.close(0);
      await Promise.all([openai.close(), anthropic.close()]);
    },
  };
}
