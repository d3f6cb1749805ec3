/** Program of one of several processes that share a PostgreSQL server. */
import { executeOrders } from '@majordomo/services/programs';
import { postgresStores } from '../../src/index.ts';
import { clients, type Kind } from './clients.ts';

const [url = '', kind = '', processId = ''] = process.argv.slice(2);
const { client, close } = clients[kind as Kind](url);
const { ledger, ready } = postgresStores({ client, timeoutMs: 20_000 });
await ready();
await executeOrders(ledger, processId);
await close();
