/** Program of one of several processes that write the same records. */
import { writeRandomly } from '@majordomo/services/programs';
import { postgresStores } from '../../src/index.ts';
import { clients, type Kind } from './clients.ts';

const [url = '', schema = '', kind = '', writes = ''] = process.argv.slice(2);
const { client, close } = clients[kind as Kind](url);
const { records } = postgresStores({ client, schema, timeoutMs: 20_000 });
await writeRandomly(records, Number(writes));
await close();
