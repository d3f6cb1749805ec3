import { createMajordomo, type JsonObject } from '@majordomo/core';
import { createLedger, memoryStore } from '@majordomo/ledger';
import { forbid, toolChecks } from '@majordomo/guards';
import { fakeProvider } from '@majordomo/testing';
import type { McpServer } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { upstream } from './support/upstream.ts';
import { world, type WorldOptions } from './support/world.ts';

interface Item {
  readonly type: string;
  readonly [member: string]: unknown;
}

function register(server: McpServer): void {
  server.registerTool(
    'search',
    { description: 'Searches', inputSchema: z.object({ q: z.string() }) },
    ({ q }) => ({
      content: [{ type: 'text', text: `found ${q}` }],
    }),
  );
  server.registerTool('delete', {}, () => ({ content: [{ type: 'text', text: 'deleted' }] }));
  server.registerTool('structured', {}, () => ({ content: [], structuredContent: { count: 2 } }));
  server.registerTool('fails', {}, () => ({ isError: true, content: [{ type: 'text', text: 'no luck' }] }));
}

/** Gateway whose model calls a tool of the server `tracker` once. */
function setUp(tool: string, options: Partial<WorldOptions> = {}, args: JsonObject = { q: 'open' }) {
  const server = upstream(register);
  const provider = fakeProvider({
    id: 'fake',
    models: {
      model: [{ toolCalls: [{ id: 'call_1', name: `tracker__${tool}`, args }] }, 'Done.'],
    },
  });
  const made = world({
    servers: { tracker: { ...server.place, ...(options.ledger && { prices: { '*': '1' } }) } },
    ...options,
    gateway: { majordomo: createMajordomo({ providers: [provider] }), ...options.gateway },
  });
  const respond = async (others: object = {}, key = 'all') => {
    const body = {
      model: 'smart',
      input: 'Go.',
      tools: [{ type: 'mcp', server_label: 'tracker', require_approval: 'never' }],
      ...others,
    };
    const init = { method: 'POST', key, body: JSON.stringify(body) };
    const response = await made.send('/v1/responses', init);
    const { output = [], error } = (await response.json()) as {
      output?: Item[];
      error?: { message: string };
    };
    return { status: response.status, output, error, call: output.find(({ type }) => type === 'mcp_call') };
  };
  return { ...made, server, provider, respond };
}

describe('tools of the Responses API', () => {
  it('are called at the server, with the log of the gateway', async () => {
    const { respond, events, provider } = setUp('search');
    const { output, call } = await respond();
    expect(output.map(({ type }) => type)).toEqual(['mcp_list_tools', 'mcp_call', 'message']);
    expect(call).toMatchObject({ status: 'completed', output: 'found open' });
    expect(provider.requests[0]?.request.tools).toMatchObject([
      { name: 'tracker__search', description: 'Searches', parameters: { required: ['q'] } },
      { name: 'tracker__delete' },
      { name: 'tracker__structured' },
      { name: 'tracker__fails' },
    ]);
    const targets = events.flatMap((event) => (event.type === 'attempt-end' ? [event.result.target] : []));
    expect(targets).toEqual(['mcp/tracker', 'fake/model', 'mcp/tracker/search', 'fake/model']);
  });

  it.each([
    ['structured', { status: 'completed', output: '{"count":2}' }],
    ['fails', { status: 'failed', error: { content: [{ text: 'no luck' }] } }],
  ])('return the result of %s', async (tool, expected) => {
    expect((await setUp(tool).respond()).call).toMatchObject(expected);
  });

  it('are those that the caller may use, in lists and calls', async () => {
    const callers = {
      few: { key: 'few', mcp: { tracker: ['*', '!delete*'] } },
      none: { key: 'none', mcp: { other: ['*'] } },
    };
    const { respond, server } = setUp('delete', { callers });
    const { output } = await respond({}, 'few');
    expect(output).toMatchObject([
      { type: 'mcp_list_tools', tools: [{ name: 'search' }, { name: 'structured' }, { name: 'fails' }] },
      // The model has no tool with this name, so the client answers the call.
      { type: 'function_call', name: 'tracker__delete' },
    ]);
    expect(server.methods).not.toContain('tools/call');
    const refused = await respond({}, 'none');
    expect([refused.status, refused.error?.message]).toEqual([
      400,
      'tools[0].server_label is not the name of an MCP server that you may use',
    ]);
  });

  it('have the prices, limits and guards of the gateway', async () => {
    const ledger = createLedger({
      store: memoryStore(),
      limits: [{ name: 'tools', max: { usd: '0.5' }, per: 'day', where: { provider: ['mcp'] } }],
    });
    const limited = await setUp('search', { ledger }).respond();
    expect(limited.call).toMatchObject({
      status: 'failed',
      error: { content: [{ text: expect.stringContaining('limit') }] },
    });
    const guards = toolChecks({
      results: [forbid({ name: 'secret', patterns: ['found'], kind: 'content-filter' })],
    });
    const { call } = await setUp('search', { guards }).respond();
    expect(JSON.stringify(call)).toContain('check \\"secret\\" refused the tool result');
    expect(JSON.stringify(call)).not.toContain('found open');
  });

  it('are missing with a message without addresses if the server cannot be reached', async () => {
    const place = {
      url: 'http://127.0.0.1/mcp',
      fetch: () => Promise.reject(new TypeError('10.0.0.1 refused')),
    };
    const { respond } = setUp('search', { servers: { tracker: place } });
    const { output } = await respond();
    expect(output[0]).toMatchObject({ type: 'mcp_list_tools', tools: [] });
    expect(output[0]?.['error']).toBe('The server "tracker" cannot be reached.');
  });
});
