/**
 * Program of a process that serves calls of virtual keys over a SQLite file or a PostgreSQL database. For each input line it makes
 * `times` parallel calls with the secret and prints the number of successful calls. `flush` waits until the call log is written.
 */
import { createInterface } from 'node:readline';
import { createCallLog, createKeys } from '@majordomo/admin';
import { createMajordomo, user } from '@majordomo/core';
import { createLedger } from '@majordomo/ledger';
import { postgresStores } from '@majordomo/store-postgres';
import { sqliteStores } from '@majordomo/store-sqlite';
import { fakeProvider } from '@majordomo/testing';
import pg from 'pg';

interface Order {
  readonly secret: string;
  readonly times: number;
  readonly flush?: boolean;
}

const [place = ''] = process.argv.slice(2);
const pool = place.startsWith('postgres') ? new pg.Pool({ connectionString: place }) : undefined;
const stores = pool ? postgresStores({ client: pool, timeoutMs: 60_000 }) : sqliteStores(place);
const keys = createKeys({ records: stores.records, timeoutMs: 60_000 });
const calls = createCallLog({ store: stores.calls, flushMs: 3_600_000 });
const ledger = createLedger({
  store: stores.ledger,
  storeTimeoutMs: 60_000,
  limitsOf: (call) => keys.limitsOf(call),
  onRecord: calls.onRecord,
});
const turns = Array.from({ length: 1000 }, () => 'yes');
const provider = { ...fakeProvider({ id: 'own', models: { x: turns } }), billing: 'included' as const };
const majordomo = createMajordomo({ providers: [provider], gates: [ledger.gate], onEvent: calls.onEvent });

console.log('ready');
for await (const line of createInterface(process.stdin)) {
  const { secret, times, flush = false } = JSON.parse(line) as Order;
  const answers = await Promise.all(Array.from({ length: times }, () => isAnswered(secret)));
  if (flush) await Promise.all([calls.flush(), ledger.flush()]);
  console.log(answers.filter(Boolean).length);
}
await ledger.flush();
await stores.close();
await pool?.end();

async function isAnswered(secret: string): Promise<boolean> {
  const caller = await keys.authorize(
    new Request('http://gateway.test', { headers: { 'x-api-key': secret } }),
  );
  if (caller === undefined) return false;
  const request = { messages: [user('hi')] };
  const { metadata } = caller;
  return majordomo
    .model('own/x')
    .generate(request, { metadata })
    .then(
      () => true,
      () => false,
    );
}
