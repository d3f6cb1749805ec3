/** Holds a reservation and a lane, reports that it holds them, and runs until it is killed. */
import { setInterval } from 'node:timers';
import { sqliteStores } from '@majordomo/store-sqlite';

const [path = '', leaseMs = ''] = process.argv.slice(2);
const stores = sqliteStores(path);
const claim = (counter: string, whenLapsed: 'spent' | 'free') =>
  ({ counter, max: 10n, amount: 6n, resetsInMs: undefined, whenLapsed }) as const;
await stores.ledger.reserve('holder', [claim('money', 'spent'), claim('lane', 'free')], Number(leaseMs));
console.log('held');
setInterval(() => undefined, 60_000);
