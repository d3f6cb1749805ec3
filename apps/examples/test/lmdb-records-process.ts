/** Writes pairs of records with an equal number until the process is killed. */
import { lmdbRecords } from '../src/lmdb-records.ts';

const [folder = ''] = process.argv.slice(2);
const records = lmdbRecords(folder);
for (;;) {
  const first = await records.get('pairs', 'first');
  const number = Number(first?.value ?? 0) + 1;
  const change = { type: 'put', value: String(number), label: `${number % 3}`, dueMs: number } as const;
  await records.write('pairs', [
    { ...change, key: 'first', version: first?.version ?? 0 },
    { ...change, key: 'second' },
    { ...change, key: `expires-${number}`, keepMs: 20 },
  ]);
  process.send?.(number);
}
