// Runs the experiment on the traffic of the company. Arguments: URL of PostgreSQL, base URL of the vendor, folder, and size of the sample.
// Prints the report.
import { createCallLog } from '@majordomo/admin';
import { fromCallLog, replay } from '@majordomo/replay';
import { createLedger } from '@majordomo/ledger';
import { postgresStores } from '@majordomo/store-postgres';
import { Pool } from 'pg';
import { CANDIDATE, createCompany, JUDGE, PRESENT } from './company.ts';

const [, , url = '', baseURL = '', folder = '', sample = ''] = process.argv;
const pool = new Pool({ connectionString: url });
const stores = postgresStores({ client: pool, timeoutMs: 30_000 });
const ledger = createLedger({ store: stores.ledger, storeTimeoutMs: 30_000 });
const report = await replay(
  {
    name: 'successor',
    majordomo: createCompany(baseURL, ledger),
    traffic: fromCallLog(createCallLog({ store: stores.calls }), { target: PRESENT }),
    candidate: { spec: CANDIDATE },
    judge: { models: JUDGE, rubric: 'The answer is correct.' },
    sample: Number(sample),
    control: 0.1,
    budgetUsd: '50',
  },
  { folder, ledger, concurrency: 8 },
);
await ledger.flush();
process.stdout.write(JSON.stringify(report));
await stores.close();
await pool.end();
