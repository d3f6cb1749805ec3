import { setTimeout as sleep } from 'node:timers/promises';
import type { McpServer } from '@modelcontextprotocol/server';
import { acceptedContent, inputRequired, UrlElicitationRequiredError } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { hangTool, text, upstream } from './support/upstream.ts';
import { world } from './support/world.ts';

const FORM = {
  mode: 'form' as const,
  message: 'Which color?',
  requestedSchema: { type: 'object' as const, properties: { color: { type: 'string' as const } } },
};

/** A server whose tools ask, report progress, wait, and change. */
function register(server: McpServer): void {
  server.registerTool('ask', {}, async (context) => {
    if (context.mcpReq.envelope === undefined) {
      // oxlint-disable-next-line typescript/no-deprecated -- a server of 2025
      const { action, content } = await server.server.elicitInput(FORM);
      return text(`${action} ${String(content?.['color'])}`);
    }
    const answer = acceptedContent(context.mcpReq.inputResponses, 'q', z.object({ color: z.string() }));
    if (answer !== undefined)
      return text(`accept ${answer.color} ${context.mcpReq.requestState<string>() ?? ''}`);
    return inputRequired({ inputRequests: { q: inputRequired.elicit(FORM) }, requestState: 'my:state' });
  });
  server.registerTool('evil', {}, async (context) => {
    const url = 'javascript:alert(1)';
    if (context.mcpReq.envelope !== undefined)
      return inputRequired({ inputRequests: { q: inputRequired.elicitUrl({ message: 'Open', url }) } });
    // oxlint-disable-next-line typescript/no-deprecated -- a server of 2025
    await server.server.elicitInput({ mode: 'url', message: 'Open', url, elicitationId: '1' });
    return text('opened');
  });
  server.registerTool('slow', {}, async ({ mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken;
    if (progressToken !== undefined)
      await mcpReq.notify({
        method: 'notifications/progress',
        params: { progressToken, progress: 1, total: 2, message: 'half' },
      });
    return text('done');
  });
  hangTool(server, () => aborted++);
  server.registerTool('links', {}, () => ({
    content: [
      { type: 'resource_link', uri: 'note://1', name: 'one' },
      { type: 'resource', resource: { uri: 'note://2', text: 'two' } },
    ],
    structuredContent: { uri: 'note://3' },
    _meta: { own: 1 },
  }));
  server.registerTool('needs-login', {}, () => {
    throw new UrlElicitationRequiredError([
      { mode: 'url', message: 'Log in', url: 'https://login.example/', elicitationId: 'e1' },
    ]);
  });
  server.registerTool('fails', {}, () => ({ ...text('boom'), isError: true }));
  server.registerResource('note', 'note://1', {}, ({ href }) => ({ contents: [{ uri: href, text: 'one' }] }));
}
let aborted = 0;

const COMBINATIONS = (['2025', '2026'] as const).flatMap((client) =>
  (['2025', '2026'] as const).map((server) => [client, server] as const),
);

describe.each(COMBINATIONS)('a client of %s and a server of %s', (clientProtocol, serverProtocol) => {
  const own = serverProtocol === '2025' ? { protocol: '2025' as const } : {};
  const connect = async (capabilities: object = { elicitation: { form: {}, url: {} } }) => {
    const notes = upstream(register, own);
    const made = world({ servers: { notes: notes.place } });
    const asked: unknown[] = [];
    const client = await made.connect('all', {
      protocol: clientProtocol,
      capabilities,
      prepare: (each) => {
        if ('elicitation' in capabilities)
          each.setRequestHandler('elicitation/create', ({ params }) => {
            asked.push(params.message);
            return { action: 'accept', content: { color: 'red' } };
          });
      },
    });
    return { ...made, client, asked, notes };
  };

  it('exchange a question and its answer', async () => {
    const { client, asked } = await connect();
    const { content } = await client.callTool({ name: 'notes__ask' });
    expect(content).toMatchObject([
      { text: serverProtocol === '2025' ? 'accept red' : 'accept red my:state' },
    ]);
    expect(asked).toEqual(['Which color?']);
  });

  it('exchange the questions of calls that run at the same time in one session each', async () => {
    const { client, asked, connect: again } = await connect();
    expect(await client.callTool({ name: 'notes__ask' })).toMatchObject({ content: [{}] });
    const other = await again('all', { protocol: clientProtocol });
    const { isError } = await other.callTool({ name: 'notes__ask' }).catch(() => ({ isError: true }));
    expect(isError).toBe(true);
    expect(asked).toHaveLength(1);
  });

  it('do not open an address that a user must not open', async () => {
    const { client, asked } = await connect();
    const result = await client.callTool({ name: 'notes__evil' }).catch(() => ({ isError: true }));
    expect(result).toMatchObject({ isError: true });
    expect(asked).toEqual([]);
  });

  it('exchange progress', async () => {
    const { client } = await connect();
    const progress: unknown[] = [];
    await client.callTool({ name: 'notes__slow' }, { onprogress: (each) => progress.push(each) });
    expect(progress).toEqual([{ progress: 1, total: 2, message: 'half' }]);
  });

  it('end a call that the client cancels', async () => {
    aborted = 0;
    const { client, notes, errors } = await connect();
    const cancel = new AbortController();
    const call = client.callTool({ name: 'notes__hang' }, { signal: cancel.signal });
    await expect.poll(() => notes.methods).toContain('tools/call');
    cancel.abort();
    await expect(call).rejects.toThrow();
    await expect.poll(() => aborted).toBe(1);
    expect(errors).toEqual([]);
  });

  it('exchange results with the addresses of the gateway', async () => {
    const { client } = await connect();
    const result = await client.callTool({ name: 'notes__links' });
    expect(result.content).toMatchObject([
      { uri: 'notes+note://1' },
      { resource: { uri: 'notes+note://2' } },
    ]);
    expect(result.structuredContent).toEqual({ uri: 'note://3' });
    expect(result._meta).toMatchObject({ own: 1 });
    const { contents } = await client.readResource({ uri: 'notes+note://1' });
    expect(contents).toEqual([{ uri: 'notes+note://1', text: 'one' }]);
  });

  // The error is that of protocol 2025.
  it.runIf(serverProtocol === '2025')('exchange a request to log in', async () => {
    const { client, asked } = await connect();
    const call = client.callTool({ name: 'notes__needs-login' });
    if (clientProtocol === '2025') await expect(call).rejects.toMatchObject({ code: -32_042 });
    // The server asks again after each reply.
    else await call.catch(() => undefined);
    expect(asked.slice(0, 1)).toEqual(clientProtocol === '2025' ? [] : ['Log in']);
  });

  it('exchange error results, and errors of the protocol', async () => {
    const { client } = await connect();
    expect(await client.callTool({ name: 'notes__fails' })).toMatchObject({ isError: true });
    await expect(client.callTool({ name: 'notes__none' })).rejects.toMatchObject({ code: -32_602 });
    await expect(client.readResource({ uri: 'notes+note://9' })).rejects.toMatchObject({
      code: expect.any(Number) as number,
    });
  });
});

describe('a change of the tools of a server', () => {
  it('reaches a session of 2025, whose list then contains the new tool', async () => {
    const notes = upstream(register, { protocol: '2025' });
    const { connect } = world({ servers: { notes: notes.place } });
    const client = await connect('all', { protocol: '2025', path: '/mcp/notes' });
    let changes = 0;
    client.setNotificationHandler('notifications/tools/list_changed', () => {
      changes++;
    });
    await client.listTools();
    // The stream for notifications opens after the connection.
    await sleep(50);
    notes.servers.at(-1)?.registerTool('added', {}, () => text('new'));
    await expect.poll(() => changes).toBeGreaterThan(0);
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('added');
  });

  it('is in the next list of a server that does not report changes', async () => {
    const names = ['one'];
    let isLost = false;
    const notes = upstream(
      ({ server }) => {
        server.registerCapabilities({ tools: {} });
        server.setRequestHandler('tools/list', () => ({
          tools: names.map((name) => ({ name, inputSchema: { type: 'object' } })),
        }));
        server.setRequestHandler('tools/call', () => text('called'));
      },
      {
        protocol: '2025',
        intercept: () => {
          if (!isLost) return undefined;
          isLost = false;
          return Promise.resolve(new Response(undefined, { status: 404 }));
        },
      },
    );
    const { connect } = world({ servers: { notes: notes.place } });
    const client = await connect('all');
    expect((await client.listTools()).tools).toHaveLength(1);
    expect(notes.methods.filter((method) => method === 'tools/list')).toHaveLength(1);
    names.push('two');
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['notes__one', 'notes__two']);
    expect(await client.callTool({ name: 'notes__two' })).toMatchObject(text('called'));
    names.push('three');
    isLost = true;
    expect((await client.listTools()).tools).toHaveLength(3);
  });

  it('reaches a client of 2026 that listens', async () => {
    const notes = upstream(register);
    const { connect } = world({ servers: { notes: notes.place } });
    const client = await connect('all');
    let changes = 0;
    client.setNotificationHandler('notifications/resources/list_changed', () => {
      changes++;
    });
    const subscription = await client.listen({ resourcesListChanged: true });
    await sleep(50);
    notes.bus.publish({ kind: 'resources_list_changed' });
    await expect.poll(() => changes).toBe(1);
    await subscription.close();
  });
});

describe('a call that a client starts as a task', () => {
  it('is an ordinary call for the server', async () => {
    const bodies: string[] = [];
    const intercept = (body: string): undefined => void bodies.push(body);
    const notes = upstream(register, { protocol: '2025', intercept });
    const { connect } = world({ servers: { notes: notes.place } });
    const client = await connect('all', { protocol: '2025' });
    const params = { name: 'notes__slow', arguments: {}, task: { ttl: 1000 } };
    expect(await client.callTool(params)).toMatchObject(text('done'));
    const sent = bodies.find((body) => body.includes('"tools/call"')) ?? '';
    expect(sent).toContain('"arguments"');
    expect(sent).not.toContain('"task"');
  });
});

describe.each(['2025', '2026'] as const)('a subscription to a resource of a server of %s', (protocol) => {
  it('reaches a session of 2025 with the address of the gateway', async () => {
    const subscribed: string[] = [];
    const notes = upstream(
      (server) => {
        register(server);
        server.server.registerCapabilities({ resources: { subscribe: true, listChanged: true } });
        if (protocol === '2026') return;
        server.server.setRequestHandler('resources/subscribe', ({ params }) => {
          subscribed.push(params.uri);
          return {};
        });
      },
      protocol === '2025' ? { protocol } : {},
    );
    const { connect } = world({ servers: { notes: notes.place } });
    const client = await connect('all', { protocol: '2025' });
    const updated: string[] = [];
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
      updated.push(params.uri);
    });
    await client.subscribeResource({ uri: 'notes+note://1' });
    await sleep(50);
    if (protocol === '2025') {
      expect(subscribed).toEqual(['note://1']);
      await notes.servers.at(-1)?.server.sendResourceUpdated({ uri: 'note://1' });
    } else notes.bus.publish({ kind: 'resource_updated', uri: 'note://1' });
    await expect.poll(() => updated).toEqual(['notes+note://1']);
  });
});
