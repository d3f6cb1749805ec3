import { appendFileSync } from 'node:fs';
import { createAgent, defineTool, type Tool } from '@majordomo/agent';
import { createMajordomo, systemClock, type Clock } from '@majordomo/core';
import { sqliteStores } from '@majordomo/store-sqlite';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { serveA2a } from '@majordomo/a2a';
import { listen } from '../../../../packages/agents/a2a/test/support/listen.ts';
import { authorize, CARD } from '../../../../packages/agents/a2a/test/support/world.ts';

// Process that serves an agent over HTTP, at an address that it prints. Its tools write a line to a file. `aheadMs`: time by which
// its clock is ahead, so that the leases of a killed process have expired.
const [database = '', log = '', aheadMs = '0'] = process.argv.slice(2);
const clock: Clock = {
  now: () => Date.now() + Number(aheadMs),
  timer: (ms, run, options) => systemClock.timer(ms, run, options),
  sleep: (ms, signal) => systemClock.sleep(ms, signal),
};

const tool = (name: string, approval: boolean, result: () => string | Promise<string>): Tool =>
  defineTool({
    name,
    description: name,
    parameters: { type: 'object' },
    approval,
    effect: 'once',
    run: (_, { key }) => {
      appendFileSync(log, `${name} ${key}\n`);
      return result();
    },
  });

/** Calls the tool that the question names, and then answers. */
const turn: Turn = ({ messages }) => {
  const last = messages.at(-1);
  if (last?.role !== 'user') return 'Done.';
  const [part] = last.parts;
  const name = part?.type === 'text' ? part.text : '';
  return { toolCalls: [{ name, args: {} }] };
};
const fake = fakeProvider({ id: 'f', models: { m: Array.from({ length: 1000 }, () => turn) } });
const model = createMajordomo({ providers: [fake], chain: { attempts: 1 } }).model('f/m');
const agent = createAgent({
  model,
  tools: [
    tool('hang', false, () => new Promise(() => undefined)),
    tool('pay', true, () => 'paid'),
    tool('look', false, () => 'seen'),
    // Work during which a process can be killed.
    tool('slow', false, () => new Promise((resolve) => setTimeout(resolve, 20, 'done'))),
  ],
});
const { records } = sqliteStores(database, { clock });
const { origin } = await listen((own) => {
  const server = serveA2a({ agent, url: `${own}/a2a`, card: CARD, authorize, records, clock });
  return (request) => server.fetch(request);
});
console.log(origin);
