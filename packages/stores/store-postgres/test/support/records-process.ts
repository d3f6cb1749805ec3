/**
 * Program of one of several processes that write the same records. Makes random writes of several keys in random orders, and prints
 * the number of successful ones.
 */
import { randomUUID } from 'node:crypto';
import type { RecordChange } from '@majordomo/records';
import { postgresStores } from '../../src/index.ts';
import { clients, type Kind } from './clients.ts';

const KEYS = 12;
const AT_ONCE = 4;

const [url = '', schema = '', kind = '', writes = ''] = process.argv.slice(2);
const { client, close } = clients[kind as Kind](url);
const { records } = postgresStores({ client, schema, timeoutMs: 20_000 });

const upTo = (end: number): number => Math.floor(Math.random() * end);

function randomChange(number: number): RecordChange {
  const key = `${number}`;
  const label = `${upTo(3)}`;
  const type = (['put', 'put', 'touch', 'check', 'remove'] as const)[upTo(5)] ?? 'put';
  if (type === 'put')
    return { type, key, label, value: randomUUID(), texts: ['word'], keepMs: upTo(4) === 0 ? 3 : undefined };
  if (type === 'touch') return { type, key, label, dueMs: 1 };
  return type === 'check' ? { type, key, version: 0 } : { type, key };
}

let made = 0;
const writeRandomly = async (): Promise<void> => {
  for (let write = 0; write < Number(writes); write++) {
    const keys = Array.from({ length: KEYS }, (_, number) => ({ number, place: Math.random() }))
      .toSorted((a, b) => a.place - b.place)
      .slice(0, 1 + upTo(5));
    const written = await records.write(
      'shared',
      keys.map(({ number }) => randomChange(number)),
    );
    if (written !== undefined) made++;
  }
};
await Promise.all(Array.from({ length: AT_ONCE }, writeRandomly));
console.log(made);
await close();
