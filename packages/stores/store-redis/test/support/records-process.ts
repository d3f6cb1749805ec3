/**
 * Program of one of several processes that write the same records. Makes random writes of several keys, and prints the number of
 * successful ones.
 */
import { randomUUID } from 'node:crypto';
import type { RecordChange } from '@majordomo/records';
import { redisStores } from '../../src/index.ts';
import { clients } from './clients.ts';

const KEYS = 12;
const AT_ONCE = 4;

const [url = '', prefix = '', kind = '', writes = ''] = process.argv.slice(2);
const createClient = clients[kind];
if (createClient === undefined) throw new Error(`no client is called ${kind}`);
const { client, close } = createClient(url);
const { records } = redisStores({ client, prefix, timeoutMs: 10_000 });

const upTo = (end: number): number => Math.floor(Math.random() * end);

function randomChange(number: number): RecordChange {
  const key = `${number}`;
  const label = `${upTo(3)}`;
  const type = (['put', 'put', 'touch', 'check', 'remove'] as const)[upTo(5)] ?? 'put';
  if (type === 'put') return { type, key, label, value: randomUUID(), keepMs: upTo(4) === 0 ? 3 : undefined };
  if (type === 'touch') return { type, key, label, dueMs: 1 };
  return type === 'check' ? { type, key, version: 0 } : { type, key };
}

let made = 0;
const writeRandomly = async (): Promise<void> => {
  for (let write = 0; write < Number(writes); write++) {
    const first = upTo(KEYS);
    const changes = Array.from({ length: 1 + upTo(5) }, (_, at) => randomChange((first + at) % KEYS));
    if ((await records.write('shared', changes)) !== undefined) made++;
  }
};
await Promise.all(Array.from({ length: AT_ONCE }, writeRandomly));
console.log(made);
close();
