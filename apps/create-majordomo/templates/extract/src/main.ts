import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { formatUsd } from '@majordomo/catalog';
import { createLedger } from '@majordomo/ledger';
import { extractFolder } from './extract.ts';
import { documentModel } from './model.ts';

if (existsSync('.env')) process.loadEnvFile();
const usd = process.env['BUDGET_USD'] || '1.00';
const ledger = createLedger({ limits: [{ name: 'budget', max: { usd }, per: 'ever' }] });
const model = documentModel(process.env, ledger.gate);

const extracted = await extractFolder(model, 'documents');
await writeFile('extracted.jsonl', extracted.map((value) => `${JSON.stringify(value)}\n`).join(''));
await ledger.flush();

for (const value of extracted) console.log(value);
const failed = extracted.filter((value) => 'failed' in value).length;
const [budget] = await ledger.state('budget');
console.log(
  `${extracted.length} documents, ${failed} failed, ${formatUsd(budget?.used ?? 0n)} of $${usd} used`,
);
process.exitCode = failed === 0 ? 0 : 1;
