import { createMajordomo, user, type Message } from '@majordomo/core';
import { startWireServer, type Answer, type Step, type WireServer } from '@majordomo/conformance';
import { afterEach, describe, expect, it } from 'vitest';
import { createAgent, type Tool } from '../src/index.ts';
import { vendors, type Vendor } from './support/vendors.ts';
import { faultOf, resultTexts } from './support/world.ts';

const names = Object.keys(vendors);

const call = (name: string) => ({ type: 'tool-call', name, json: `{"what":"${name}"}` }) as const;
const think = { type: 'reasoning', text: 'Let me see.' } as const;
const parallel: Answer = { parts: [think, call('look'), call('fail'), call('look')] };
const DONE = 'All done.';

const parameters = { type: 'object', properties: { what: { type: 'string' } }, required: ['what'] };
const tools: readonly Tool[] = [
  { name: 'look', description: 'Looks', parameters, run: () => 'seen' },
  {
    name: 'fail',
    description: 'Fails',
    parameters,
    run: () => {
      throw new Error('no');
    },
  },
];

const servers: WireServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** Starts a server that plays a script of a vendor. The spec of its model is `<id>/<model>`. */
async function startVendor(vendor: string, id: string, script: readonly Step[]) {
  const { wire, model, open, signatures } = vendors[vendor] as Vendor;
  const server = await startWireServer({ wire, script, validate: { signatures } });
  servers.push(server);
  return { server, provider: { ...open(server.baseURL), id }, spec: `${id}/${model}` };
}

const violations = ({ requests }: WireServer) => requests.flatMap((exchange) => exchange.violations);

/** Runs the same task: a call, parallel calls of which one fails, a change to another vendor and back, an answer. */
async function runTask(first: string, second: string, streamed: boolean) {
  const a = await startVendor(first, 'a', [
    { parts: [think, { type: 'text', text: 'I look.' }, call('look')] },
    parallel,
    { failure: 'server' },
    DONE,
  ]);
  const b = await startVendor(second, 'b', [parallel]);
  const model = createMajordomo({ providers: [a.provider, b.provider], chain: { attempts: 1 } }).model(
    `${a.spec},${b.spec}`,
  );
  const agent = createAgent({ model, tools, instructions: 'Be brief.' });
  const result = await (streamed ? agent.stream('Do it.').result() : agent.run('Do it.'));
  return { result, servers: [a.server, b.server] };
}

const RESULTS = ['seen', 'seen', '!The tool failed: no', 'seen', 'seen', '!The tool failed: no', 'seen'];

/** Distances between the vendors of a pair. With SOAK=1, as in the nightly run, four. */
const OFFSETS = process.env['SOAK'] === undefined ? [1] : [1, 2, 5, 8];

/** Pairs of vendors. Each vendor is as often the first as the second of a pair, and every second pair streams. */
const pairs = names.flatMap((first, at) =>
  OFFSETS.map(
    (offset) => [first, names[(at + offset) % names.length] as string, (at + offset) % 2 === 1] as const,
  ),
);

describe('a run', () => {
  const transcripts: Message[][] = [];

  it.each(pairs)(
    'on %s continues on %s and returns to the first vendor (streamed: %s)',
    async (first, second, streamed) => {
      const { result, servers: wireServers } = await runTask(first, second, streamed);
      expect([result.text, result.done, faultOf(result.messages)]).toEqual([DONE, 'answered', undefined]);
      expect(resultTexts(result.messages)).toEqual(RESULTS);
      expect(wireServers.map((server) => server.requests.length)).toEqual([4, 1]);
      expect(wireServers.flatMap(violations)).toEqual([]);
      transcripts.push([...result.messages]);
    },
  );

  it.each(names)('produces transcripts that %s accepts', async (third) => {
    expect(transcripts).toHaveLength(pairs.length);
    const { server, provider, spec } = await startVendor(
      third,
      'c',
      transcripts.map(() => 'Thanks.'),
    );
    const model = createMajordomo({ providers: [provider], chain: { attempts: 1 } }).model(spec);
    for (const messages of transcripts) {
      const response = await model.generate({ messages: [...messages, user('Thanks!')], tools });
      expect(response.text).toBe('Thanks.');
    }
    expect(violations(server)).toEqual([]);
  });
});
