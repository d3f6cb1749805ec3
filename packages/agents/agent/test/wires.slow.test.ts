import { createMajordomo } from '@majordomo/core';
import { startWireServer, type Answer, type Step, type WireServer } from '@majordomo/conformance';
import { afterEach, expect, it } from 'vitest';
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

/** Two vendors, and whether the responses are streamed. With SOAK=1, as in the nightly run, each vendor with the next one. */
const PAIRS: readonly (readonly [first: string, second: string, streamed: boolean])[] =
  process.env['SOAK'] === undefined
    ? [
        ['openai responses', 'anthropic', true],
        ['google', 'bedrock', false],
      ]
    : names.map((first, at) => [first, names[(at + 1) % names.length] ?? first, at % 2 === 1]);

it.each(PAIRS)(
  'a run on %s continues on %s and returns to the first vendor (streamed: %s)',
  async (first, second, streamed) => {
    const { result, servers: wireServers } = await runTask(first, second, streamed);
    expect([result.text, result.done, faultOf(result.messages)]).toEqual([DONE, 'answered', undefined]);
    expect(resultTexts(result.messages)).toEqual(RESULTS);
    expect(wireServers.map((server) => server.requests.length)).toEqual([4, 1]);
    expect(wireServers.flatMap(({ requests }) => requests.flatMap(({ violations }) => violations))).toEqual(
      [],
    );
  },
);
