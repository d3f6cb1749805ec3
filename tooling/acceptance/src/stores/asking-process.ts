/**
 * One of several processes with a ledger in the same file. On command, calls a fake model a number of times, and writes the
 * number of admitted calls and the alerts.
 */
import { createMajordomo, LlmError, user } from '@majordomo/core';
import { createLedger, type Alert } from '@majordomo/ledger';
import { sqliteStores } from '@majordomo/store-sqlite';
import { fakeProvider } from '@majordomo/testing';
import { linesIn } from './lines.ts';

const [path = ''] = process.argv.slice(2);
await using stores = sqliteStores(path);
const alerts: Alert[] = [];
const ledger = createLedger({
  store: stores.ledger,
  limits: [{ name: 'ten', max: { requests: 10 }, per: 'ever', alertAt: [0.5] }],
  storeTimeoutMs: 10_000,
  onAlert: (alert) => alerts.push(alert),
});
const provider = fakeProvider({ id: 'acme', models: { x: Array.from({ length: 20 }, () => 'yes') } });
const majordomo = createMajordomo({ providers: [provider], gates: [ledger.gate] });
const ask = async (): Promise<number> => {
  try {
    await majordomo.model('acme/x').generate({ messages: [user('hi')] });
    return 1;
  } catch (error) {
    if (!LlmError.is(error, 'denied')) throw error;
    return 0;
  }
};
console.log('ready');
for await (const line of linesIn(process.stdin)) {
  const { times } = JSON.parse(line) as { times: number };
  const admitted = await Promise.all(Array.from({ length: times }, ask));
  await ledger.flush();
  console.log(
    JSON.stringify({ admitted: admitted.reduce((a, b) => a + b), alerts: alerts.map(({ type }) => type) }),
  );
}
