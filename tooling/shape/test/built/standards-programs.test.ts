import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { getRequestListener } from '@hono/node-server';
import { defineTool } from '@majordomo/agent';
import { connectMcp, serveMcp, type RecordStore } from '@majordomo/mcp';
import { memoryRecords } from '@majordomo/records';
import { authorizationServer, startFaultyServer } from '@majordomo/testing';
import { transform } from 'esbuild';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { complaintsAbout } from '../../src/compile.ts';
import { withFormerTypes } from '../../src/former-types.ts';
import { ROOT } from '../../src/repository.ts';

/** Programs of the capability "standards", stored next to the checkout. */
const FOLDER = process.env['STANDARDS_PROGRAMS'] ?? join(ROOT, '../shared/facts4');
const textOf = (name: string): string => withFormerTypes(name, readFileSync(join(FOLDER, name), 'utf8'));
const PROGRAMS = ['standards-connections.ts', 'standards-server.ts'];
const hasPrograms = PROGRAMS.every((name) => existsSync(join(FOLDER, name)));
const SKIPPED = hasPrograms ? '' : ' (skipped: no ../shared/facts4)';

/** Types of the module that `standards-connections.ts` expects of its application. */
const APP = `import type { RecordStore } from '@majordomo/mcp';
export declare const secrets: RecordStore;
export declare function sessionUser(request: Request): Promise<string>;`;

interface App {
  readonly secrets: RecordStore;
  sessionUser(request: Request): Promise<string>;
}

/** Loads a program in a folder from which its imports resolve. `app`: its module `./app.ts`. */
async function load(name: string, app?: App): Promise<unknown> {
  const { code } = await transform(textOf(name), { loader: 'ts', format: 'esm' });
  const folder = join(import.meta.dirname, '../../node_modules/.programs');
  mkdirSync(folder, { recursive: true });
  Object.assign(globalThis, { standardsApp: app });
  writeFileSync(join(folder, 'app.mjs'), 'export const { secrets, sessionUser } = globalThis.standardsApp;');
  const file = join(folder, name.replace('.ts', '.mjs'));
  writeFileSync(file, code.replace('./app.ts', './app.mjs'));
  return import(pathToFileURL(file).href);
}

/** Address of the service that the program uses. The test sends its requests to this machine. */
const SLACK = 'https://mcp.slack.com';

/** Starts a service with accounts: an MCP server whose tool returns the user, and its authorization server. */
async function slackOnThisMachine() {
  const authority = await authorizationServer({
    clients: [{ clientId: 'app', clientSecret: 'secret-of-app', redirectUris: [CALLBACK] }],
  });
  onTestFinished(() => authority.close());
  const toPublic = (text: string): string => text.replaceAll(authority.issuer, SLACK);
  const whoami = (user: string) =>
    defineTool({
      name: 'whoami',
      description: 'Tells the user',
      parameters: { type: 'object' },
      run: () => user,
    });
  const answer = getRequestListener(async (request) => {
    const token = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1] ?? '';
    const issued = authority.check(token);
    if (issued === undefined) return new Response(null, { status: 401 });
    const serving = serveMcp({ name: 'slack', version: '1.0.0', tools: [whoami(issued.user)] });
    return serving.fetch(request);
  });
  const listener = createServer((incoming, outgoing) => void answer(incoming, outgoing));
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void listener.close());
  const mcp = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/mcp`;
  const { fetch } = globalThis;
  vi.stubGlobal('fetch', async (input: string | URL | Request, init?: RequestInit) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.origin !== SLACK) return fetch(input, init);
    if (url.pathname === '/mcp') return fetch(mcp, init);
    const response = await fetch(`${authority.issuer}${url.pathname}`, init);
    return new Response(toPublic(await response.text()), {
      status: response.status,
      headers: response.headers,
    });
  });
  onTestFinished(() => void vi.unstubAllGlobals());
  const approve = (page: string, user: string): string => {
    const callback = new URL(authority.approve(page.replace(SLACK, authority.issuer), { user }));
    callback.searchParams.set('iss', SLACK);
    return callback.href;
  };
  return { approve };
}

const CALLBACK = 'https://app.example.com/slack/callback';

const MCP_HEADERS = {
  host: 'mcp.example.com',
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
};

/** Connects to a server program with a client that answers its questions. */
async function connectTo(fetchHandler: (request: Request) => Promise<Response>) {
  const fetch = (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const headers = new Headers(init?.headers);
    headers.set('host', 'mcp.example.com');
    return fetchHandler(new Request(input, { ...init, headers }));
  };
  const questions: string[] = [];
  const box = await connectMcp({
    name: 'flights',
    prefix: '',
    place: { url: 'https://mcp.example.com/mcp', fetch },
    onElicit: ({ message }) => {
      questions.push(message);
      return { action: 'accept', content: { seat: '2A' } };
    },
  });
  onTestFinished(() => box.close());
  return { box, questions };
}

describe.skipIf(!hasPrograms)(`programs of MCP${SKIPPED}`, () => {
  const complaints = hasPrograms
    ? complaintsAbout({
        ...Object.fromEntries(PROGRAMS.map((name) => [name, textOf(name)])),
        'app.ts': APP,
      })
    : {};

  test.each(PROGRAMS)('%s type-checks against the built packages', (name) => {
    expect(complaints[name] ?? []).toEqual([]);
  });

  test('standards-server.ts asks inside a tool, completes an address, and lists an app', async () => {
    vi.stubEnv('STATE_SECRET', 'a secret of at least 32 random bytes');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { default: program } = (await load('standards-server.ts')) as {
      default: { fetch(request: Request): Promise<Response> };
    };
    const { box, questions } = await connectTo((request) => program.fetch(request));
    const { signal } = new AbortController();
    const context = { signal, callId: 'c', key: 'k', options: {}, depth: 0 };
    const booked = await box.tools[0]?.run({ flight: 'LH1' } as never, context as never);
    expect(JSON.stringify(booked)).toContain('2A');
    expect(questions).toEqual(['Which seat on LH1?']);
    expect(await box.readResource('seat://LH1/1A')).toEqual([{ type: 'text', text: 'LH1 1A: free' }]);
    const resources = await box.resources();
    expect(resources.map(({ uri }) => uri)).toEqual(['ui://flights/booking', 'seat://{flight}/{seat}']);
    const refused = new Request('https://evil.example/mcp', {
      method: 'POST',
      headers: { ...MCP_HEADERS, host: 'evil.example' },
      body: '{}',
    });
    expect((await program.fetch(refused)).status).toBe(403);
  });

  test('standards-connections.ts connects an account, and a chat uses it', async () => {
    const { approve } = await slackOnThisMachine();
    await using vendor = await startFaultyServer([
      'Disconnected.',
      { toolCalls: [{ name: 'slack_whoami', args: {} }] },
      'Connected.',
    ]);
    vi.stubEnv('ANTHROPIC_BASE_URL', vendor.anthropicBaseURL);
    vi.stubEnv('ANTHROPIC_API_KEY', 'key');
    vi.stubEnv('SLACK_ID', 'app');
    vi.stubEnv('SLACK_SECRET', 'secret-of-app');
    vi.stubEnv('UI_SECRET', 'a secret of at least 32 random bytes');
    onTestFinished(() => void vi.unstubAllEnvs());
    const secrets = memoryRecords();
    const sessionUser = (request: Request): Promise<string> =>
      Promise.resolve(request.headers.get('x-user') ?? '');
    const { handle } = (await load('standards-connections.ts', { secrets, sessionUser })) as {
      handle(request: Request): Promise<Response>;
    };
    const get = (url: string): Promise<Response> =>
      handle(new Request(url, { headers: { 'x-user': 'ann' } }));
    const chat = async (): Promise<string> => {
      const question = { id: 'm0', role: 'user', parts: [{ type: 'text', text: 'Who am I?' }] };
      const body = JSON.stringify([question]);
      const headers = { 'x-user': 'ann' };
      return (
        await handle(new Request('https://app.example.com/chat', { method: 'POST', headers, body }))
      ).text();
    };
    expect(await chat()).toContain('Disconnected.');
    const page = (await get('https://app.example.com/slack/connect')).headers.get('location') ?? '';
    const finished = await get(approve(page, 'ann'));
    expect(finished.headers.get('location')).toBe('https://app.example.com/chat');
    expect(await chat()).toContain('Connected.');
    expect(JSON.stringify(vendor.requests.at(-1)?.body['messages'])).toContain('"ann"');
    const stored = await secrets.list('mcp', { limit: 99 });
    expect(stored.map(({ value }) => value).join()).toContain('access-');
  });
});
