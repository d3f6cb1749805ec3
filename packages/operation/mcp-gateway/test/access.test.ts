import type { Caller, McpAccess } from '@majordomo/gateway';
import type { McpServer } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import { Access, matches, matchesName } from '../src/access.ts';
import { upstream, type Upstream } from './support/upstream.ts';
import { world, type World } from './support/world.ts';

const TOOLS = ['search_code', 'search_issues', 'delete_repo', 'delete_issue', 'whoami'];
const PROMPTS = ['search_help', 'review'];
const RESOURCES = ['repo://one', 'repo://two'];
const NAMES = [...TOOLS, ...PROMPTS, ...RESOURCES];
const SERVERS = ['github', 'gitlab', 'wiki'];

/** Callers with their access, and the names of each server that they may use. */
const CALLERS: Readonly<
  Record<string, Caller & { readonly expected: Readonly<Record<string, readonly string[]>> }>
> = {
  everything: { key: 'k1', expected: { github: NAMES, gitlab: NAMES, wiki: NAMES } },
  nothing: { key: 'k2', mcp: {}, expected: {} },
  one: { key: 'k3', mcp: { github: ['*'] }, expected: { github: NAMES } },
  empty: { key: 'k4', mcp: { github: [], wiki: ['whoami'] }, expected: { wiki: ['whoami'] } },
  searching: {
    key: 'k5',
    mcp: { github: ['search_*', '!search_code'], gitlab: ['*', '!delete_*', '!repo://*'] },
    expected: {
      github: ['search_issues', 'search_help'],
      gitlab: ['search_code', 'search_issues', 'whoami', 'search_help', 'review'],
    },
  },
  excluding: { key: 'k6', mcp: { github: ['!delete_*'] }, expected: {} },
  reading: { key: 'k7', mcp: { wiki: ['repo://*'] }, expected: { wiki: RESOURCES } },
  team: { key: 'k8', tenant: 'support', expected: { wiki: ['whoami', 'review'] } },
  teamAndKey: {
    key: 'k9',
    tenant: 'support',
    mcp: { wiki: ['who*'], github: ['*'] },
    expected: { wiki: ['whoami'] },
  },
  otherTeam: {
    key: 'k10',
    tenant: '__proto__',
    mcp: { github: ['whoami'] },
    expected: { github: ['whoami'] },
  },
};
const TENANTS: Readonly<Record<string, McpAccess>> = { support: { wiki: ['whoami', 'review'] } };

function register(server: McpServer): void {
  for (const name of TOOLS)
    server.registerTool(name, { description: name }, () => ({
      content: [{ type: 'text', text: `ran ${name}` }],
    }));
  for (const name of PROMPTS)
    server.registerPrompt(name, {}, () => ({
      messages: [{ role: 'user', content: { type: 'text', text: `prompt ${name}` } }],
    }));
  for (const uri of RESOURCES)
    server.registerResource(uri, uri, {}, () => ({ contents: [{ uri, text: `content of ${uri}` }] }));
}

type Kind = 'tool' | 'prompt' | 'resource';
const kindOf = (name: string): Kind =>
  TOOLS.includes(name) ? 'tool' : PROMPTS.includes(name) ? 'prompt' : 'resource';

function setUp(): { readonly servers: Readonly<Record<string, Upstream>>; readonly gateway: World } {
  const servers = Object.fromEntries(SERVERS.map((name) => [name, upstream(register)]));
  const places = Object.fromEntries(SERVERS.map((name) => [name, servers[name]?.place ?? { url: '' }]));
  return { servers, gateway: world({ servers: places, tenants: TENANTS, callers: CALLERS }) };
}

describe.each(['2025', '2026'] as const)('access with protocol %s', (protocol) => {
  it.each(Object.entries(CALLERS))(
    'of %s is equal in lists and uses, for each server and name',
    async (key, { expected }) => {
      const { servers, gateway } = setUp();
      const { connect, send } = gateway;
      const cells: string[] = [];
      const wrong: string[] = [];
      const check = (cell: string, actual: boolean, should: boolean): void => {
        cells.push(cell);
        if (actual !== should) wrong.push(`${cell}: ${String(actual)}`);
      };
      const client = await connect(key, { protocol });
      const listed = [
        ...(await client.listTools()).tools.map(({ name }) => name),
        ...(await client.listPrompts()).prompts.map(({ name }) => name),
        ...(await client.listResources()).resources.map(({ uri }) => uri),
      ];
      for (const server of SERVERS) {
        const may = expected[server] ?? [];
        for (const name of NAMES) {
          const kind = kindOf(name);
          const outer = kind === 'resource' ? `${server}+${name}` : `${server}__${name}`;
          const cell = `${key} ${server} ${name}`;
          const should = may.includes(name);
          check(`${cell} list`, listed.includes(outer), should);
          const before = servers[server]?.methods.length;
          const used = await use(client, kind, outer);
          check(`${cell} use`, used?.includes(name) === true, should);
          if (!should) check(`${cell} reaches the server`, servers[server]?.methods.length !== before, false);
        }
        const response = await send(`/mcp/${server}`, { key });
        check(`${key} ${server} endpoint`, response.status !== 404, may.length > 0);
        await response.body?.cancel();
        if (may.length === 0) continue;
        const single = await connect(key, { protocol, path: `/mcp/${server}` });
        const names = (await single.listTools()).tools.map(({ name }) => name);
        for (const name of TOOLS) {
          check(`${key} ${server} ${name} list alone`, names.includes(name), may.includes(name));
          const used = await use(single, 'tool', name);
          check(`${key} ${server} ${name} use alone`, used !== undefined, may.includes(name));
        }
        await single.close();
      }
      await client.close();
      expect(wrong).toEqual([]);
      expect(cells.length).toBeGreaterThan(50);
    },
  );
});

/** Returns the answer to a use, or `undefined` if it was refused. */
async function use(
  client: Awaited<ReturnType<World['connect']>>,
  kind: Kind,
  name: string,
): Promise<string | undefined> {
  try {
    if (kind === 'tool') return JSON.stringify((await client.callTool({ name })).content);
    if (kind === 'prompt') return JSON.stringify((await client.getPrompt({ name })).messages);
    return JSON.stringify((await client.readResource({ uri: name })).contents);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === -32_602) return undefined;
    throw error;
  }
}

describe('a pattern', () => {
  it.each([
    ['search', 'search', true],
    ['search', 'search_code', false],
    ['*', '', true],
    ['*', 'anything', true],
    ['search_*', 'search_code', true],
    ['search_*', 'research_code', false],
    ['*_code', 'search_code', true],
    ['a*a', 'a', false],
    ['a*b*c', 'aXbYc', true],
    ['a*b*c', 'aXcYb', false],
    ['*b*b*', 'b', false],
    ['*b*b*', 'bb', true],
    ['.+', 'ab', false],
    ['a.c', 'abc', false],
  ])('%j matches %j: %j', (pattern, name, expected) => {
    expect(matches(pattern, name)).toBe(expected);
  });

  it.each([
    ['file:///srv/public/a.txt', true],
    ['file:///srv/public/my%20notes/a.txt', true],
    ['file:///srv/secret', false],
    ['file:///srv/public/../secret', false],
    ['file:///srv/public/..', false],
    ['file:///srv/public/%2e%2E/secret', false],
    ['file:///srv/public/..%2Fsecret', false],
    ['file:///srv/public/.\t./secret', false],
    ['file:///srv/public/..\\secret', false],
    ['file:///srv/public/private/x', false],
    ['file:///srv/public/./private/x', false],
    ['file:///srv/public//private/x', false],
    ['file:///srv/public/%70rivate/x', false],
    ['FILE://localhost/srv/public/private/x', false],
    ['notes://list/../secret', false],
    ['notes:../secret', false],
    ['notes://list/{id}', true],
    ['notes://list/100%', true],
    ['https://Docs.example', true],
    ['https://docs.example/../x', false],
  ])('permits the address %j: %j', (address, expected) => {
    const mcp = {
      files: ['file:///srv/public/*', '!file:///srv/public/private/*', 'notes:*', 'https://Docs.example'],
    };
    expect(new Access({ mcp }, {}).allows('files', address)).toBe(expected);
  });

  it('of prices matches all forms of an address', () => {
    expect(matchesName('file:///paid/*', 'file:///free/%2e%2e/%70aid/a')).toBe(true);
    expect(matchesName('file:///paid/*', 'file:///free/a')).toBe(false);
  });

  it('takes linear time', () => {
    const began = performance.now();
    expect(matches(`${'a*'.repeat(100)}b`, 'a'.repeat(100_000))).toBe(false);
    expect(performance.now() - began).toBeLessThan(1000);
  });
});
