import { createAgent, defineTool, type Tool } from '@majordomo/agent';
import { describe, expect, it } from 'vitest';
import { mcpApps, serveMcp, type McpApps, type McpOptions, type ServedApp } from '../src/index.ts';
import { modelOf } from './support/in-process.ts';
import { httpServer } from './support/http-server.ts';
import { modernServer } from './support/modern-server.ts';
import { rejection, testToolbox } from './support/world.ts';

const URI = 'ui://flights/plan';
const HTML = '<!doctype html><p id="seat"></p>';
const parameters = { type: 'object' } as const;
const plan = defineTool({
  name: 'plan',
  description: 'Shows the seats',
  parameters,
  run: () => ({ seat: '1A' }),
});
const cancel = defineTool({ name: 'cancel', description: 'Cancels', parameters, run: () => 'cancelled' });

/** Connects to a server of this process with an app. */
async function flights(
  apps: readonly ServedApp[] = [{ uri: URI, tools: ['plan'], html: HTML }],
  options: Partial<McpOptions> = {},
  tools: readonly Tool[] = [plan, cancel],
) {
  const server = serveMcp({ name: 'flights', version: '1.0.0', tools, apps });
  const { url } = await httpServer((request) => server.fetch(request));
  return testToolbox({ name: 'flights', place: { url }, apps: true, ...options });
}

/** Connects to a server with a tool for models only, a tool for apps only, and a destructive tool. */
async function visible() {
  const { url } = await modernServer((server) => {
    const register = (name: string, config: object): unknown =>
      server.registerTool(name, config, () => ({ content: [{ type: 'text', text: name }] }));
    register('plan', { _meta: { ui: { resourceUri: URI, visibility: ['model'] } } });
    register('refresh', { _meta: { ui: { resourceUri: URI, visibility: ['app'] } } });
    register('wipe', { annotations: { destructiveHint: true } });
  });
  return testToolbox({ name: 'flights', place: { url }, apps: true });
}

const APP = { server: 'flights', resourceUri: URI };

const requestOf = (body: string, headers: Record<string, string> = {}): Request =>
  new Request('https://app.example/apps', { method: 'POST', body, headers });

/** Sends a request of the page. */
async function ask(apps: McpApps, method: string, params: object = {}, app: object = APP) {
  const body = JSON.stringify({ app, method, params });
  const response = await apps.fetch(requestOf(body));
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('mcpApps', () => {
  it('returns the app of a tool, and the complete result after the call', async () => {
    const box = await flights();
    const apps = mcpApps([box]);
    const turns = [{ toolCalls: [{ id: 'c1', name: 'flights_plan', args: {} }] }, 'Done.'];
    const { model } = modelOf(turns);
    const app = { ...APP, mimeType: 'text/html;profile=mcp-app', tools: ['plan', 'cancel'] };
    expect(apps.part('flights_plan', 'c1')).toEqual({ app, output: undefined });
    const { messages } = await createAgent({ model, toolboxes: [box] }).run('Which seats are free?');
    const content = messages.flatMap(({ role, parts }) =>
      role === 'tool' ? parts.flatMap((part) => ('content' in part ? part.content : [])) : [],
    );
    const result = { structuredContent: { seat: '1A' }, content: [{ type: 'text', text: '{"seat":"1A"}' }] };
    expect(apps.part('flights_plan', 'c1', content)).toMatchObject({ app, output: result });
    expect(apps.part('flights_cancel', 'c1')).toBeUndefined();
    expect(apps.part('other', 'c1')).toBeUndefined();
  });

  it('returns only the content that the model received if it differs from the result', async () => {
    const box = await flights();
    const apps = mcpApps([box]);
    const context = { signal: new AbortController().signal, callId: 'c1', key: 'k', options: {}, depth: 0 };
    await box.tools[0]?.run({} as never, context as never);
    expect(apps.part('flights_plan', 'c1', [{ type: 'text', text: '***' }])?.output).toEqual({
      content: [{ type: 'text', text: '***' }],
    });
  });

  it('answers requests for the app, its list and a tool of its server', async () => {
    const apps = mcpApps([await flights()]);
    expect(await ask(apps, 'resources/read', { uri: URI })).toMatchObject({
      status: 200,
      body: { contents: [{ uri: URI, mimeType: 'text/html;profile=mcp-app', text: HTML }] },
    });
    expect((await ask(apps, 'resources/list')).body).toMatchObject({ resources: [{ uri: URI }] });
    expect(await ask(apps, 'tools/call', { name: 'cancel', arguments: {} })).toMatchObject({
      status: 200,
      body: { content: [{ type: 'text', text: 'cancelled' }] },
    });
  });

  it('refuses unknown apps, foreign resources, and tools that an app may not call', async () => {
    const box = await visible();
    const apps = mcpApps([box]);
    const statusOf = async (...request: [method: string, params?: object, app?: object]) =>
      (await ask(apps, ...request)).status;
    expect(await statusOf('tools/call', { name: 'refresh' })).toBe(200);
    expect(await statusOf('tools/call', { name: 'plan' })).toBe(403);
    expect(await statusOf('tools/call', { name: 'wipe' })).toBe(403);
    expect(await statusOf('tools/call', { name: 'foreign' })).toBe(403);
    expect(await statusOf('tools/call', { name: 'refresh', arguments: 1 })).toBe(400);
    expect(await statusOf('resources/read', { uri: 'ui://flights/other' })).toBe(404);
    expect(await statusOf('resources/read', { uri: 'file:///etc/passwd' })).toBe(404);
    expect(await statusOf('resources/list', {}, { ...APP, server: 'other' })).toBe(404);
    expect(await statusOf('resources/list', {}, { ...APP, resourceUri: 'ui://x/y' })).toBe(404);
    expect(await statusOf('sampling/createMessage')).toBe(400);
    expect((await apps.fetch(new Request('https://app.example/apps'))).status).toBe(405);
    expect((await apps.fetch(requestOf('['))).status).toBe(400);
    expect(box.tools.map(({ name }) => name)).toEqual(['flights_plan', 'flights_wipe']);
  });

  it.each<[number, Record<string, string>]>([
    [415, { origin: 'https://evil.example', 'content-type': 'text/plain' }],
    [415, { origin: 'null', 'content-type': 'text/plain; a=application/json' }],
    [415, { origin: 'https://evil.example', 'content-type': 'application/x-www-form-urlencoded' }],
    [415, { 'sec-fetch-site': 'cross-site', 'content-type': 'multipart/form-data; boundary=x' }],
    [415, { 'sec-fetch-site': 'same-site' }],
    [200, { 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' }],
    [200, { origin: 'https://other.example', 'content-type': 'Application/JSON; charset=utf-8' }],
    [200, { 'sec-fetch-site': 'same-origin', origin: 'https://proxy.example' }],
    [200, { origin: 'https://app.example' }],
    [200, {}],
  ])('responds with %i to a call with the headers %j', async (status, headers) => {
    const apps = mcpApps([await flights()]);
    const body = JSON.stringify({ app: APP, method: 'tools/call', params: { name: 'cancel' } });
    expect((await apps.fetch(requestOf(body, headers))).status).toBe(status);
  });

  it.each<[unknown]>([['app'], [null], [{ app: true }], [['admin']], [[]]])(
    'hides a tool with the visibility %j from apps and models, and reports it',
    async (visibility) => {
      const { url } = await modernServer((server) => {
        const register = (name: string, ui: object): unknown =>
          server.registerTool(name, { _meta: { ui } }, () => ({ content: [{ type: 'text', text: name }] }));
        register('plan', { resourceUri: URI });
        register('wipe', { visibility });
      });
      const details: string[] = [];
      const onEvent: McpOptions['onEvent'] = ({ type, detail }) => {
        if (type === 'tool-rejected') details.push(detail);
      };
      const box = await testToolbox({ name: 'flights', place: { url }, apps: true, onEvent });
      expect((await ask(mcpApps([box]), 'tools/call', { name: 'wipe' })).status).toBe(403);
      expect(box.tools.map(({ name }) => name)).toEqual(['flights_plan']);
      expect(details).toEqual(['wipe: its visibility must be a list of "model" and "app"']);
    },
  );

  it('refuses a request of more than 1 MiB, and a request that ends before its body is complete', async () => {
    const apps = mcpApps([await flights()]);
    const large = await apps.fetch(requestOf('x'.repeat(1024 * 1024 + 1)));
    expect([large.status, await large.json()]).toEqual([
      413,
      { error: { message: 'the body has more than 1048576 bytes; send less' } },
    ]);
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) });
    const cut = await apps.fetch(
      new Request('https://app.example/apps', { method: 'POST', body, duplex: 'half' }),
    );
    expect([cut.status, await cut.json()]).toEqual([
      400,
      { error: { message: 'the request ended before its body was complete' } },
    ]);
  });

  it.each([6, 20])('refuses an app of %i MB', async (megabytes) => {
    const html = 'x'.repeat(megabytes * 1024 * 1024);
    const apps = mcpApps([await flights([{ uri: URI, tools: ['plan'], html }])]);
    expect((await ask(apps, 'resources/read', { uri: URI })).status).toBe(413);
  });

  it('refuses a result of a tool that is too large', async () => {
    const { url } = await modernServer((server) => {
      server.registerTool('plan', { _meta: { ui: { resourceUri: URI } } }, () => ({
        content: [{ type: 'text', text: 'x'.repeat(11 * 1024 * 1024) }],
      }));
    });
    const apps = mcpApps([await testToolbox({ name: 'flights', place: { url }, apps: true })]);
    expect(await ask(apps, 'tools/call', { name: 'plan' })).toEqual({
      status: 413,
      body: { error: { message: 'mcp "flights" answered with more than 10485760 bytes' } },
    });
  });

  it('reports a failure of the server without affecting the page', async () => {
    const html = (): string => {
      throw new Error('broken');
    };
    const apps = mcpApps([await flights([{ uri: URI, tools: ['plan'], html }])]);
    expect((await ask(apps, 'resources/read', { uri: URI })).status).toBe(502);
  });

  it('refuses a toolbox without apps, and two toolboxes of one name', async () => {
    const box = await flights();
    const without = await flights(undefined, { apps: false });
    expect(() => mcpApps([without])).toThrow('mcpApps: toolboxes[0] must be connected with apps: true');
    expect(() => mcpApps([box, box])).toThrow('mcpApps: two toolboxes are named "flights"');
    expect(await rejection(flights(undefined, { apps: 1 as never }))).toMatchObject({ kind: 'config' });
  });
});
