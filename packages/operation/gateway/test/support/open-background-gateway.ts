import { createBackground } from '@majordomo/background';
import { createMajordomo } from '@majordomo/core';
import { createLedger, type LedgerOptions } from '@majordomo/ledger';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createGoogle } from '@majordomo/provider-google';
import { createOpenAI } from '@majordomo/provider-openai';
import { sqliteStores } from '@majordomo/store-sqlite';
import { join } from 'node:path';
import { createGateway, type GatewayOptions } from '../../src/index.ts';
import { serve } from '../../src/node.ts';
import { byKey } from './test-gateway.ts';

/** Facts about a gateway with background responses, as JSON. */
export interface GatewayFacts {
  /** Folder of the stores. */
  readonly folder: string;
  /** Base URLs of the vendors. */
  readonly urls: Readonly<Record<'openai' | 'other' | 'anthropic' | 'google', string>>;
  readonly limits: LedgerOptions['limits'];
}

const MODELS = {
  gpt: 'openai/gpt-5.4',
  chain: 'openai/gpt-5.4,other/gpt-5.4-mini',
  claude: 'anthropic/claude-haiku-4-5',
  gemini: 'google/gemini-2.5-flash',
};

/** Opens the stores in the folder, and serves a gateway that uses them. */
export async function openBackgroundGateway(
  { folder, urls, limits }: GatewayFacts,
  options: Partial<GatewayOptions> = {},
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const stores = sqliteStores(join(folder, 'state.db'));
  const ledger = createLedger({ store: stores.ledger, limits });
  const majordomo = createMajordomo({
    providers: [
      createOpenAI({ apiKey: 'k', baseURL: urls.openai }),
      createOpenAI({ id: 'other', apiKey: 'k', baseURL: urls.other }),
      createAnthropic({ apiKey: 'k', baseURL: urls.anthropic }),
      createGoogle({ apiKey: 'k', baseURL: urls.google }),
    ],
    gates: [ledger.gate],
    chain: { attempts: 1 },
  });
  const served = await serve(
    createGateway({
      majordomo,
      models: MODELS,
      authorize: byKey,
      responses: { records: stores.records },
      files: { store: stores.files },
      background: createBackground({ majordomo, records: stores.records, ledger }),
      ...options,
    }),
    { port: 0 },
  );
  return {
    url: served.url,
    async close() {
      await served.close(0);
      await ledger.flush();
      await stores.close();
    },
  };
}
