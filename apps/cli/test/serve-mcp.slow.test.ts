import { openaiChat, startWireServer } from '@majordomo/conformance';
import { describe, expect, it, onTestFinished } from 'vitest';
import { folder } from './built.ts';
import { started } from './started.ts';
import { lab } from './world.ts';

/** MCP server on stdin and stdout, without a package, whose tool returns a variable of the environment. */
const SERVER = `
import { createInterface } from 'node:readline';
const answers = {
  initialize: () => ({ protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } }),
  'tools/list': () => ({ tools: ['read_note', 'delete_note'].map((name) => ({ name, inputSchema: { type: 'object' } })) }),
  'tools/call': ({ name }) => ({ content: [{ type: 'text', text: name + ' with ' + process.env.TOKEN }] }),
};
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  const answer = answers[method];
  const body = answer ? { result: answer(params) } : { error: { code: -32601, message: 'unknown' } };
  process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, ...body }) + '\\n');
});
`;

const configOf = (mcp: object): string =>
  JSON.stringify({ model: 'fast', aliases: { fast: 'lab/gpt-4o' }, gateway: { mcp } });

async function serving(mcp: object, env: Readonly<Record<string, string>> = {}) {
  const vendor = await startWireServer({ wire: openaiChat, script: () => 'Hello.' });
  onTestFinished(() => vendor.close());
  const cwd = folder({ 'majordomo.config.json': configOf(mcp), 'server.mjs': SERVER });
  return started(['serve', '--port', '0', '--no-inspector'], { cwd, env: { ...lab(vendor), ...env } });
}

describe('majordomo serve with gateway.mcp', () => {
  it('serves the tools of a program, with a variable of the environment', async () => {
    const notes = {
      command: process.execPath,
      args: ['server.mjs'],
      env: { TOKEN: 'token-${NOTES_TOKEN}' },
    };
    const cwd = folder({ 'server.mjs': SERVER });
    const running = await serving({ servers: { notes: { ...notes, cwd } } }, { NOTES_TOKEN: '42' });
    const url = await running.outputMatching(/MCP: (\S+)/);
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    };
    const send = async (method: string, params: object): Promise<string> => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
      const response = await fetch(url, { method: 'POST', headers, body });
      const session = response.headers.get('mcp-session-id');
      if (session !== null) headers['mcp-session-id'] = session;
      return response.text();
    };
    const clientInfo = { name: 'test', version: '1' };
    await send('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
    expect(await send('tools/list', {})).toContain('"notes__read_note"');
    expect(await send('tools/call', { name: 'notes__read_note' })).toContain('read_note with token-42');
  });

  it.each([
    [
      { servers: { Notes: { url: 'https://x.example/' } } },
      'gateway.mcp of the configuration: servers["Notes"]',
    ],
    [{ servers: { notes: { url: '${MISSING}' } } }, 'needs the variable MISSING'],
    [{ servers: [] }, 'with valid values'],
    [{ tenants: {} }, 'with valid values'],
  ])('refuses %j', async (mcp, message) => {
    const running = await serving(mcp);
    expect(await running.exitCode).not.toBe(0);
    expect(running.err()).toContain(message);
  });
});
