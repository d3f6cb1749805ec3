/** One of several processes with the same file. Opens the file, and makes the reservations of each order. */
import { executeOrders } from '@majordomo/services/programs';
import { sqliteStores } from '@majordomo/store-sqlite';

const [path = '', me = ''] = process.argv.slice(2);
const stores = sqliteStores(path);
await executeOrders(stores.ledger, me);
await stores.close();
