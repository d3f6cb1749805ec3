import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createMajordomo } from '@majordomo/core';
import { createGateway } from '@majordomo/gateway';
import { serve } from '@majordomo/gateway/node';
import { fakeProvider } from '@majordomo/testing';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { McpServer } from '@modelcontextprotocol/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { mcpGateway, type McpGatewayOptions } from '../src/index.ts';
import { hangTool, text, upstream } from './support/upstream.ts';

const require = createRequire(import.meta.url);
const PACKAGE = require.resolve('@modelcontextprotocol/server-everything/package.json');
const EVERYTHING = { command: process.execPath, args: [join(PACKAGE, '../dist/index.js')] };

async function served(options: McpGatewayOptions) {
  const mcp = mcpGateway(options);
  const gateway = createGateway({
    majordomo: createMajordomo({ providers: [fakeProvider({ id: 'fake' })] }),
    models: { smart: 'fake/model' },
    mcp,
  });
  const { url, close } = await serve(gateway, { port: 0 });
  onTestFinished(async () => {
    await mcp.close();
    await close(0);
  });
  const connect = async (path: string, isModern: boolean): Promise<Client> => {
    const client = new Client(
      { name: 'real', version: '1' },
      {
        capabilities: { elicitation: { form: {} }, sampling: {} },
        ...(isModern && { versionNegotiation: { mode: 'auto' } }),
      },
    );
    client.setRequestHandler('elicitation/create', () => ({ action: 'decline' }));
    client.setRequestHandler('sampling/createMessage', () => ({
      role: 'assistant',
      model: 'm',
      content: { type: 'text', text: 'sampled' },
    }));
    await client.connect(new StreamableHTTPClientTransport(new URL(url + path)));
    onTestFinished(() => client.close());
    return client;
  };
  return { connect, mcp };
}

describe.each([
  ['2025', false],
  ['2026', true],
] as const)('a client of %s over HTTP', (_protocol, isModern) => {
  it('uses the tools, prompts and resources of a program', async () => {
    const { connect } = await served({ servers: { everything: EVERYTHING } });
    const client = await connect('/mcp/everything', isModern);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('echo');
    expect(await client.callTool({ name: 'echo', arguments: { message: 'hi' } })).toMatchObject({
      content: [{ text: 'Echo: hi' }],
    });
    const { prompts } = await client.listPrompts();
    const simple = prompts.find(({ name }) => name.startsWith('simple'))?.name ?? '';
    expect((await client.getPrompt({ name: simple })).messages).not.toHaveLength(0);
    const [resource] = (await client.listResources()).resources;
    expect((await client.readResource({ uri: resource?.uri ?? '' })).contents).not.toHaveLength(0);
    const sampling = tools.find(({ name }) => /sampling/.test(name))?.name;
    if (sampling !== undefined)
      expect(
        JSON.stringify(await client.callTool({ name: sampling, arguments: { prompt: 'say' } })),
      ).toContain('sampled');
  });
});

let aborted = 0;
function register(server: McpServer): void {
  server.registerTool('echo', {}, () => text('x'.repeat(1000)));
  hangTool(server, () => aborted++);
}

describe('a client that disconnects', () => {
  it.each([false, true])('aborts its call at the server, with protocol 2026: %j', async (isModern) => {
    aborted = 0;
    const server = upstream(register);
    const { connect } = await served({ servers: { own: server.place } });
    const client = await connect('/mcp', isModern);
    await client.listTools();
    const call = client.callTool({ name: 'own__hang' });
    call.catch(() => undefined);
    await expect.poll(() => server.methods).toContain('tools/call');
    await client.close();
    await expect.poll(() => aborted).toBe(1);
  });
});

describe('64 parallel sessions', () => {
  it('leave nothing behind', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const own = upstream(register, { protocol: '2025' });
    const { connect } = await served({ servers: { own: own.place } });
    const round = async (): Promise<void> => {
      const clients = await Promise.all(Array.from({ length: 64 }, (_, at) => connect('/mcp', at % 2 === 0)));
      await Promise.all(
        clients.map(async (client) => {
          for (let n = 0; n < 3; n++) await client.callTool({ name: 'own__echo' });
          await (client.transport as StreamableHTTPClientTransport).terminateSession();
          await client.close();
        }),
      );
      (own.servers as McpServer[]).length = 0;
      (own.methods as string[]).length = 0;
      (own.headers as Headers[]).length = 0;
    };
    const heap: number[] = [];
    for (let n = 0; n < 5; n++) {
      await round();
      await new Promise((resolve) => setTimeout(resolve, 100));
      collect();
      heap.push(process.memoryUsage().heapUsed / 2 ** 20);
    }
    const [, , third = 0] = heap;
    expect((heap.at(-1) ?? 0) - third, heap.map(Math.round).join()).toBeLessThan(12);
    // Beside other tests, its 960 calls can need more than the usual minute.
  }, 180_000);
});
