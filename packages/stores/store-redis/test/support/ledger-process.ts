/** Program of one of several processes that share a Redis server. */
import { executeOrders } from '@majordomo/services/programs';
import { redisStores } from '../../src/index.ts';
import { clientOf } from './clients.ts';

const [url = '', kind = '', processId = ''] = process.argv.slice(2);
const { client, close } = clientOf(kind, url);
const { ledger } = redisStores({ client, timeoutMs: 10_000 });
await ledger.counters('');
await executeOrders(ledger, processId);
close();
