import { defineTool } from '@majordomo/agent';
import { createMajordomo, toJson } from '@majordomo/core';
import { serveMcp, type McpOptions } from '@majordomo/mcp';
import { fakeProvider } from '@majordomo/testing';
import { expect, it, onTestFinished } from 'vitest';
import { decide, supportTeam } from '../src/support-team.ts';

/** MCP server in this process, whose tools return their names. */
function served(name: string, tools: readonly string[]): McpOptions {
  const server = serveMcp({
    name,
    version: '1.0.0',
    hosts: [`${name}.example`],
    tools: tools.map((tool) =>
      defineTool({
        name: tool,
        description: `Handles the ${tool.replace('_', ' ')} of ${name}`,
        parameters: { type: 'object' },
        run: () => `${name} ${tool}`,
      }),
    ),
  });
  onTestFinished(() => server.close());
  const url = `https://${name}.example/mcp`;
  return { name, place: { url, fetch: (input, init) => server.fetch(new Request(input, init)) } };
}

const call = (id: string, name: string, args = {}) => ({ toolCalls: [{ id, name, args }] });

it('support-team', async () => {
  const usage = { input: 1000, output: 100, cacheRead: 0, cacheWrite: 0, reasoning: 0 };
  const turns = [
    call('h1', 'transfer_to_billing'),
    call('s1', 'find_tools', { query: 'invoice of an order' }),
    call('i1', 'shop_find_invoice'),
    call('a1', 'ask_refunds', { task: 'Refund order 7 with 5 EUR.' }),
    call('r1', 'refund', { order: '7', cents: 500 }),
    'The refund is paid.',
    'You received 5 EUR for order 7.',
  ];
  const vendor = fakeProvider({
    id: 'openai',
    vendor: 'openai',
    models: {
      'gpt-5.4': turns.map((turn) => (typeof turn === 'string' ? { text: turn, usage } : { ...turn, usage })),
    },
  });
  const payments: string[] = [];
  const { desk, servers } = await supportTeam(
    createMajordomo({ providers: [vendor] }).model('openai/gpt-5.4'),
    [
      served('shop', ['find_invoice', 'list_orders']),
      served('mail', ['send_letter', 'read_inbox']),
      served('travel', ['book_flight']),
    ],
    (order, cents) => {
      payments.push(`${cents} for ${order}`);
      return Promise.resolve('paid');
    },
  );
  onTestFinished(() => servers.close());
  const paused = await desk.run('Please refund my order 7.');
  expect(paused.awaiting).toMatchObject([{ id: 'a1/r1', name: 'refund', args: { order: '7', cents: 500 } }]);
  expect([paused.agent, payments]).toEqual(['billing', []]);
  const { text, spent } = await decide(desk, JSON.stringify(toJson(paused.state)), 'a1/r1', true);
  expect([text, payments]).toEqual(['You received 5 EUR for order 7.', ['500 for 7']]);
  expect(Number(spent.nanoUsd)).toBeGreaterThan(0);
  const offered = vendor.requests.map(({ request }) => request.tools.map(({ name }) => name));
  expect(offered[1]).toEqual(['ask_refunds', 'transfer_to_desk', 'find_tools']);
  expect(offered[2]).toContain('shop_find_invoice');
});
