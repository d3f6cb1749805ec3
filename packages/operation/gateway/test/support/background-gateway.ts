import { createBackground } from '@majordomo/background';
import {
  anthropicMessages,
  geminiGenerate,
  startJobServer,
  startWireServer,
  type JobServer,
  type JobServerOptions,
  type Script,
  type WireServer,
} from '@majordomo/conformance';
import { createMajordomo } from '@majordomo/core';
import { createLedger, type LedgerOptions } from '@majordomo/ledger';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createGoogle } from '@majordomo/provider-google';
import { createOpenAI } from '@majordomo/provider-openai';
import { sqliteStores } from '@majordomo/store-sqlite';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { createGateway, type GatewayOptions } from '../../src/index.ts';
import { serve } from '../../src/node.ts';
import { byKey, KEY } from './test-gateway.ts';

/** Gateway with background responses. Disposal stops it. */
export interface BackgroundGateway extends AsyncDisposable {
  readonly url: string;
  /** Returns OpenAI's client for a key. */
  client(apiKey?: string): OpenAI;
}

/** Vendors and stores that several gateways share, one after the other or at the same time. */
export interface BackgroundWorld extends AsyncDisposable {
  /** Jobs of `openai`. */
  readonly server: JobServer;
  /** Jobs of `other`. */
  readonly other: JobServer;
  readonly anthropic: WireServer;
  readonly google: WireServer;
  start(options?: Partial<GatewayOptions>): Promise<BackgroundGateway>;
}

interface WorldOptions {
  readonly server?: JobServerOptions;
  readonly other?: JobServerOptions;
  readonly live?: Script;
  readonly limits?: LedgerOptions['limits'];
}

const MODELS = {
  gpt: 'openai/gpt-5.4',
  chain: 'openai/gpt-5.4,other/gpt-5.4-mini',
  claude: 'anthropic/claude-haiku-4-5',
  gemini: 'google/gemini-2.5-flash',
};

export async function backgroundWorld(options: WorldOptions = {}): Promise<BackgroundWorld> {
  const { live: script = [], limits = [] } = options;
  const [server, other, anthropic, google] = await Promise.all([
    startJobServer(options.server),
    startJobServer(options.other),
    startWireServer({ wire: anthropicMessages, script }),
    startWireServer({ wire: geminiGenerate, script }),
  ]);
  const folder = mkdtempSync(join(tmpdir(), 'majordomo-background-'));
  return {
    server,
    other,
    anthropic,
    google,
    async start(gateway = {}) {
      const stores = sqliteStores(join(folder, 'state.db'));
      const ledger = createLedger({ store: stores.ledger, limits });
      const majordomo = createMajordomo({
        providers: [
          createOpenAI({ apiKey: 'k', baseURL: server.baseURL }),
          createOpenAI({ id: 'other', apiKey: 'k', baseURL: other.baseURL }),
          createAnthropic({ apiKey: 'k', baseURL: anthropic.baseURL }),
          createGoogle({ apiKey: 'k', baseURL: google.baseURL }),
        ],
        gates: [ledger.gate],
        chain: { attempts: 1 },
      });
      const served = await serve(
        createGateway({
          majordomo,
          models: MODELS,
          authorize: byKey,
          responses: { store: stores.cache },
          background: createBackground({ majordomo, store: stores.jobs, ledger }),
          ...gateway,
        }),
        { port: 0 },
      );
      return {
        url: served.url,
        client: (apiKey = KEY) => new OpenAI({ baseURL: `${served.url}/v1`, apiKey, maxRetries: 0 }),
        async [Symbol.asyncDispose]() {
          await served.close(0);
          await ledger.flush();
          await stores.close();
        },
      };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([server.close(), other.close(), anthropic.close(), google.close()]);
      rmSync(folder, { recursive: true });
    },
  };
}
