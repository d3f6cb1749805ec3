/** Program of one of several processes that write the same records. */
import { writeRandomly } from '@majordomo/services/programs';
import { redisStores } from '../../src/index.ts';
import { clientOf } from './clients.ts';

const [url = '', prefix = '', kind = '', writes = ''] = process.argv.slice(2);
const { client, close } = clientOf(kind, url);
const { records } = redisStores({ client, prefix, timeoutMs: 10_000 });
await writeRandomly(records, Number(writes));
close();
