import { createMajordomo, type JsonObject } from '@majordomo/core';
import { createLedger, memoryStore } from '@majordomo/ledger';
import { forbid, toolChecks } from '@majordomo/guards';
import { fakeProvider } from '@majordomo/testing';
import type { McpServer } from '@modelcontextprotocol/server';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
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
      model: [{ toolCalls: [{ id: 'call_1', name: `tracker__${tool}`, args }] }, 'Done.', 'Done.'],
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

  describe('of a server that the client names by its address', () => {
    const url = 'https://mcp.example.com/mcp';
    const remote = { type: 'mcp', server_label: 'tracker', server_url: url, require_approval: 'never' };
    const logins = { headers: { 'x-key': 'a' }, authorization: 'token' };

    /** Gateway that allows the host, at which `intercept` answers, or otherwise a server. */
    function remoteSetUp(
      intercept?: (address: string, init: RequestInit) => Response | undefined,
      callers?: WorldOptions['callers'],
      gateway: WorldOptions['gateway'] = {},
    ) {
      const made = setUp('search', {
        servers: {},
        allowedHosts: ['mcp.example.com'],
        gateway,
        ...(callers && { callers }),
      });
      const requests: { readonly host: string; readonly login: unknown }[] = [];
      const send = vi.spyOn(globalThis, 'fetch').mockImplementation((input, init = {}) => {
        const request = new Request(input, init);
        const { headers } = request;
        requests.push({
          host: new URL(request.url).host,
          login: [headers.get('x-key'), headers.get('authorization')],
        });
        const answer = intercept?.(request.url, init);
        const place = made.server.place as { readonly fetch: typeof fetch };
        return answer === undefined ? place.fetch(request) : Promise.resolve(answer);
      });
      onTestFinished(() => {
        send.mockRestore();
      });
      return { ...made, requests };
    }

    it('are called with the logins of the client, and the name of the server is its host', async () => {
      const { respond, requests, events } = remoteSetUp();
      const { call } = await respond({ tools: [{ ...remote, ...logins }] });
      expect(call).toMatchObject({ status: 'completed', output: 'found open', server_label: 'tracker' });
      expect(new Set(requests.map((request) => JSON.stringify(request)))).toEqual(
        new Set([JSON.stringify({ host: 'mcp.example.com', login: ['a', 'Bearer token'] })]),
      );
      const targets = events.flatMap((event) => (event.type === 'attempt-end' ? [event.result.target] : []));
      expect(targets).toContain('mcp/mcp.example.com/search');
      expect(JSON.stringify(events)).not.toContain('token');
    });

    it.each([
      'https://other.example.com/mcp',
      'https://mcp.example.com:8443/mcp',
      'https://mcp.example.com@other.example/mcp',
      'https://user:pass@mcp.example.com/mcp',
      'http://mcp.example.com/mcp',
      'mcp.example.com',
    ])('are refused at %s', async (server_url) => {
      const { respond, requests } = remoteSetUp();
      const { status, error } = await respond({ tools: [{ ...remote, server_url }] });
      expect([status, error?.message, requests]).toEqual([
        400,
        'tools[0].server_url is not the address of an MCP server that you may use',
        [],
      ]);
    });

    it.each([
      [{ maxUrls: 2 }, 'tools[2].server_url is more than the maximum of 2 URLs and files in a request'],
      [{ maxBodyBytes: 2000 }, 'tools that the request names must not be larger than 2000 bytes'],
    ])('are limited by %o', async (gateway, message) => {
      const { respond, requests } = remoteSetUp(undefined, undefined, gateway);
      const tools = Array.from({ length: 6 }, (_, at) => ({ ...remote, server_label: `tracker${at}` }));
      expect((await respond({ tools })).error?.message).toContain(message);
      expect(requests.length).toBeLessThan(40);
    });

    it('are those that the key may use at the host', async () => {
      const callers = {
        few: { key: 'few', mcp: { 'mcp.example.com': ['search'] } },
        none: { key: 'none', mcp: { tracker: ['*'] } },
      };
      const { respond } = remoteSetUp(undefined, callers);
      const few = await respond({ tools: [remote] }, 'few');
      expect(few.output[0]).toMatchObject({ tools: [{ name: 'search' }] });
      expect((await respond({ tools: [remote] }, 'none')).status).toBe(400);
    });

    it('are not requested from the host to which a server redirects', async () => {
      const { respond, requests } = remoteSetUp((_address, { redirect }) => {
        if (redirect === 'error') throw new TypeError('unexpected redirect');
        return undefined;
      });
      const { output } = await respond({ tools: [{ ...remote, ...logins }] });
      expect(output[0]).toMatchObject({
        type: 'mcp_list_tools',
        tools: [],
        error: 'The server "mcp.example.com" cannot be reached.',
      });
      expect(new Set(requests.map(({ host }) => host))).toEqual(new Set(['mcp.example.com']));
    });

    it('are available to other callers after failures of one', async () => {
      let isDown = true;
      const { respond } = remoteSetUp(() => (isDown ? new Response(null, { status: 503 }) : undefined));
      for (let tries = 0; tries < 2; tries++) await respond({ tools: [remote] });
      isDown = false;
      const { output } = await respond({ tools: [remote] });
      expect(output[0]).toMatchObject({ error: null, tools: [{ name: 'search' }, {}, {}, {}] });
    });
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
