/** Process that starts research on bees, prints its key, and ends. */
import { createMajordomo } from '@majordomo/core';
import { createLedger } from '@majordomo/ledger';
import { createOpenAI, openaiCompatible, xai } from '@majordomo/provider-openai';
import { sqliteStores } from '@majordomo/store-sqlite';
import { startResearch } from '../src/background-research.ts';

const [file = '', baseURL] = process.argv.slice(2);
const stores = sqliteStores(file);
const ledger = createLedger({ store: stores.ledger, storeTimeoutMs: 30_000 });
const majordomo = createMajordomo({
  providers: [
    createOpenAI({ apiKey: 'sk-test', baseURL }),
    openaiCompatible(xai, { apiKey: 'xai-test', baseURL }),
  ],
});
const key = await startResearch({ majordomo, records: stores.records, ledger }, '2026-11-26', 'bees');
process.stdout.write(key, () => process.exit());
