/**
 * Program of a process that serves calls of virtual keys over one SQLite file. For each input line it makes `times` parallel
 * calls with the secret and prints how many were answered. `flush` waits until the call log is written.
 */
import { createInterface } from 'node:readline';
import { createCallLog, createKeys } from '@majordomo/admin';
import { createMajordomo, user } from '@majordomo/core';
import { createLedger } from '@majordomo/ledger';
import { sqliteStores } from '@majordomo/store-sqlite';
import { fakeProvider } from '@majordomo/testing';

interface Order {
  readonly secret: string;
  readonly times: number;
  readonly flush?: boolean;
}

const [path = ''] = process.argv.slice(2);
const stores = sqliteStores(path);
const keys = createKeys({ store: stores.keys });
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
