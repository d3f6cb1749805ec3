import { createInterface } from 'node:readline';
import { messageOf } from '@majordomo/core';
import { redisStores } from '@majordomo/store-redis';
import { Redis } from 'ioredis';
import { createMcpConnections, type McpToolbox } from '@majordomo/mcp';

// Process of a web application. Reads orders as lines of JSON, and writes their outcomes.
const [redisUrl = '', url = '', issuer = ''] = process.argv.slice(2);
const redis = new Redis(redisUrl);
const events: string[] = [];
const connections = createMcpConnections({
  name: 'm',
  prefix: '',
  place: { url },
  client: { clientId: 'app', clientSecret: 'secret-of-the-application', issuer },
  redirectUrl: 'https://app.example/callback',
  onEvent: ({ type, detail }) => void events.push(`${type} ${detail}`),
  records: redisStores({ client: redis }).records,
});
const boxes = new Map<string, McpToolbox>();

interface Order {
  readonly run: 'login' | 'finish' | 'call' | 'events';
  readonly user: string;
  readonly callback?: string;
  readonly times?: number;
}

async function outcomeOf({ run, user, callback = '', times = 1 }: Order): Promise<unknown> {
  if (run === 'login') return (await connections.login(user)).url;
  if (run === 'finish') return connections.finish(callback, user);
  if (run === 'events') return events;
  const box = boxes.get(user) ?? (await connections.connect(user));
  boxes.set(user, box);
  const tool = box.tools.find(({ name }) => name === 'whoami');
  const context = { signal: new AbortController().signal, callId: 'c', key: 'k', options: {}, depth: 0 };
  const calls = Array.from({ length: times }, async () => tool?.run({} as never, context as never));
  return Promise.all(calls);
}

for await (const line of createInterface(process.stdin)) {
  const orders = JSON.parse(line) as readonly Order[];
  const outcomes = await Promise.all(
    orders.map((order) => outcomeOf(order).catch((error: unknown) => `error: ${messageOf(error)}`)),
  );
  process.stdout.write(`${JSON.stringify(outcomes.map((outcome) => outcome ?? null))}\n`);
}
redis.disconnect();
await Promise.all([...boxes.values()].map((box) => box.close()));
