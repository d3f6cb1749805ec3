import { appendFileSync } from 'node:fs';
import { createAgent, defineTool } from '@majordomo/agent';
import { createMajordomo } from '@majordomo/core';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { redisStores } from '@majordomo/store-redis';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { serveMcp } from '@majordomo/mcp';
import { listen } from '../../../../packages/agents/mcp/test/support/listen.ts';

// Process that serves an agent over HTTP, at a port that it prints. Its tool needs an approval, and writes a line to a file.
const [redisUrl = '', file = ''] = process.argv.slice(2);
const redis = new Redis(redisUrl);
const book = defineTool({
  name: 'book',
  description: 'Books',
  parameters: z.object({}),
  approval: true,
  run: () => (appendFileSync(file, `process ${process.pid}\n`), 'booked'),
});
const turn: Turn = ({ messages }) =>
  messages.some(({ role }) => role === 'tool') ? 'Booked.' : { toolCalls: [{ name: 'book', args: {} }] };
const fake = fakeProvider({ id: 'f', models: { m: Array.from({ length: 20 }, () => turn) } });
const model = createMajordomo({ providers: [fake], chain: { attempts: 1 } }).model('f/m');
const server = serveMcp({
  name: 'clerk',
  version: '1.0.0',
  tools: [],
  agents: [{ name: 'clerk', description: 'Books', agent: createAgent({ model, tools: [book] }) }],
  records: redisStores({ client: redis }).records,
});
listen(server);
