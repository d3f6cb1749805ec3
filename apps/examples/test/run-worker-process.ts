/** Worker whose process ends at the payment: before it in the first run, after it in the second run. */
import { existsSync, writeFileSync } from 'node:fs';
import { createAgent, createRuns } from '@majordomo/agent';
import { createMajordomo } from '@majordomo/core';
import { sqliteStores } from '@majordomo/store-sqlite';
import { fakeProvider } from '@majordomo/testing';
import { lmdbRecords } from '../src/lmdb-records.ts';
import { work } from '../src/run-worker.ts';

const [folder = '', engine = ''] = process.argv.slice(2);

function dieOnce(when: string): void {
  const mark = `${folder}/died-${when}`;
  if (existsSync(mark)) return;
  writeFileSync(mark, '');
  process.kill(process.pid, 'SIGKILL');
}

const pay = {
  name: 'pay',
  description: 'Pays',
  parameters: { type: 'object', properties: {} },
  run(_: unknown, { key }: { readonly key: string }) {
    dieOnce('before');
    writeFileSync(`${folder}/paid-${encodeURIComponent(key)}`, '');
    dieOnce('after');
    return 'paid';
  },
} as const;

/** Returns an answer that depends only on the request, so that every process returns the same answers. */
const turn = ({ messages }: { readonly messages: readonly { readonly role: string }[] }) =>
  messages.at(-1)?.role === 'tool' ? 'done' : { toolCalls: [{ id: 'call', name: 'pay', args: {} }] };

const models = { x: Array.from({ length: 9 }, () => turn) };
const majordomo = createMajordomo({ providers: [fakeProvider({ id: 'a', models })] });
const records = engine === 'lmdb' ? lmdbRecords(folder) : sqliteStores(`${folder}/runs.db`).records;
await work(
  { runs: createRuns({ records }), records },
  createAgent({ model: majordomo.model('a/x'), tools: [pay] }),
  AbortSignal.timeout(20_000),
);
