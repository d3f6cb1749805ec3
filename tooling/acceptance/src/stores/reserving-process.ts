/**
 * One of several processes with the same file. Opens the file, reports this, and on command starts a number of concurrent
 * reservations. Writes the number of admitted reservations.
 */
import { createInterface } from 'node:readline';
import { sqliteStores } from '@majordomo/store-sqlite';

const [path = '', me = ''] = process.argv.slice(2);
const stores = sqliteStores(path);
console.log('ready');
for await (const line of createInterface(process.stdin)) {
  const { counter, times, max } = JSON.parse(line) as { counter: string; times: number; max: number };
  const claim = {
    counter,
    max: BigInt(max),
    amount: 1n,
    resetsInMs: undefined,
    whenLapsed: 'spent',
  } as const;
  const answers = await Promise.all(
    Array.from({ length: times }, async (_, number) =>
      stores.ledger.reserve(`${counter}/${me}/${number}`, [claim], 600_000),
    ),
  );
  console.log(answers.filter((refusal) => refusal === undefined).length);
}
await stores.close();
