/**
 * One of several processes that approve the same stored state: opens its store, prints `ready`, and approves at the first line
 * of its input. With `hang`, the payment never returns.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAgent, defineTool, type RunState } from '@majordomo/agent';
import { createMajordomo, fromJson } from '@majordomo/core';
import type { RecordStore } from '@majordomo/records';
import { postgresStores } from '@majordomo/store-postgres';
import { redisStores } from '@majordomo/store-redis';
import { sqliteStores } from '@majordomo/store-sqlite';
import { fakeProvider } from '@majordomo/testing';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { linesIn } from './lines.ts';

const [kind = '', address = '', folder = '', hang] = process.argv.slice(2);
const opened: Readonly<Record<string, () => RecordStore>> = {
  sqlite: () => sqliteStores(address).records,
  redis: () => redisStores({ client: new Redis(address), timeoutMs: 10_000 }).records,
  postgres: () =>
    postgresStores({ client: new Pool({ connectionString: address }), timeoutMs: 10_000 }).records,
};
const records = opened[kind]?.();
if (records === undefined) throw new Error(`no store is called ${kind}`);

const pay = defineTool({
  name: 'pay',
  description: 'Pays the bill',
  parameters: { type: 'object' },
  approval: true,
  effect: 'once',
  async run() {
    appendFileSync(join(folder, 'paid'), `${process.pid}\n`);
    if (hang !== undefined) await new Promise(() => undefined);
    return 'paid';
  },
});
const model = createMajordomo({ providers: [fakeProvider({ id: 'f', models: { m: ['Done.'] } })] }).model(
  'f/m',
);
const agent = createAgent({ model, tools: [pay] });
const state = fromJson<RunState>(JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8')));

console.log('ready');
await linesIn(process.stdin).next();
const { messages, unknown } = await agent.run(state, {
  records,
  decisions: [{ callId: 'c1', approve: true }],
});
const results = messages.flatMap(({ role, parts }) => (role === 'tool' ? parts : []));
console.log(JSON.stringify({ results, unknown: unknown.map(({ id }) => id) }));
process.exit();
