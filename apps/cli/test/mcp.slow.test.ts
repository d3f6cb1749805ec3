import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { Script, WireServer } from '@majordomo/conformance';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BIN, folder } from './built.ts';
import { startVendor } from './started.ts';
import { lab, world } from './world.ts';

interface Connected {
  readonly client: Client;
  readonly server: WireServer;
  readonly transport: StdioClientTransport;
  readonly err: () => string;
}

const hello: Script = ({ model }) => (model === 'down' ? { failure: 'unavailable' } : 'Hello.');

/** Returns the official client, connected to the built command. */
async function connected(
  argv: readonly string[],
  files: Record<string, string> = {},
  script = hello,
): Promise<Connected> {
  const server = await startVendor(script);
  const cwd = folder(files);
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [BIN, 'mcp', ...argv],
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd, ...lab(server) },
    stderr: 'pipe',
  });
  let err = '';
  transport.stderr?.on('data', (text: Buffer) => (err += text.toString()));
  const client = new Client({ name: 'test', version: '1.0.0' });
  await client.connect(transport);
  onTestFinished(() => client.close());
  return { client, server, transport, err: () => err };
}

const SKILL = `
const params = (properties) => ({ type: 'object', properties });
export default {
  model: 'lab/gpt-4o',
  system: 'Be brief.',
  skills: [{
    name: 'garden',
    instructions: 'Dig before you plant.',
    tools: [
      { name: 'dig', description: 'Digs', parameters: params({ metres: { type: 'number' } }), run: ({ metres }) => \`dug \${metres}\` },
      { name: 'burn', description: 'Burns', parameters: params({}), effect: 'once', run: () => 'burnt' },
    ],
  }],
};`;

describe('majordomo mcp', () => {
  it('serves a chain as the tool ask, which fails over and reports progress', async () => {
    const { client, server } = await connected(['lab/down,lab/gpt-4o']);
    expect(client.getServerVersion()?.name).toBe('majordomo');
    const expected: (string | undefined)[] = [];
    const result = await client.callTool(
      { name: 'ask', arguments: { prompt: 'Who are you?', system: 'Be brief.' } },
      { onprogress: ({ message }) => expected.push(message) },
    );
    expect(result).toMatchObject({ content: [{ type: 'text', text: 'Hello.' }] });
    expect(expected).toEqual(expect.arrayContaining(['calling lab/down', 'calling lab/gpt-4o']));
    expect(server.requests.at(-1)?.body).toMatchObject({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Who are you?' },
      ],
    });
  });

  it('serves the tools of skills with their instructions, and requires approval for tools with an effect', async () => {
    const { client } = await connected([], { 'majordomo.config.mjs': SKILL });
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['ask', 'dig', 'burn']);
    expect(client.getInstructions()).toBe('Dig before you plant.');
    expect(await client.callTool({ name: 'dig', arguments: { metres: 3 } })).toMatchObject({
      content: [{ text: 'dug 3' }],
    });
    expect(await client.callTool({ name: 'burn', arguments: {} })).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('a person must approve this call') }],
    });
    const trusting = await connected(['--approvals', 'client'], { 'majordomo.config.mjs': SKILL });
    expect(await trusting.client.callTool({ name: 'burn', arguments: {} })).toMatchObject({
      content: [{ text: 'burnt' }],
    });
  });

  it('returns a failure as a result, without the key', async () => {
    const { client, err } = await connected(['lab/locked'], {}, () => ({ failure: 'auth' }));
    const result = await client.callTool({ name: 'ask', arguments: { prompt: 'hi' } });
    expect(result).toMatchObject({ isError: true });
    expect(JSON.stringify(result) + err()).not.toContain('sk-test-of-the-lab');
    expect(await client.callTool({ name: 'ask', arguments: {} })).toMatchObject({ isError: true });
  });

  it('closes the connection to the vendor if the client cancels, and ends if the client disconnects', async () => {
    const { client, server, transport } = await connected(['lab/gpt-4o'], {}, () => ({
      fault: 'stall',
      at: { content: 0 },
    }));
    const leave = new AbortController();
    const call = client.callTool({ name: 'ask', arguments: { prompt: 'hi' } }, { signal: leave.signal });
    await server.request(0);
    leave.abort();
    await expect(call).rejects.toThrow();
    await expect.poll(() => server.requests[0]?.closedByClient, { timeout: 60_000 }).toBeGreaterThan(0);
    const { pid } = transport;
    await client.close();
    await expect
      .poll(
        () => {
          try {
            process.kill(pid ?? 0, 0);
            return 'there';
          } catch {
            return 'gone';
          }
        },
        { timeout: 60_000 },
      )
      .toBe('gone');
  });
});

describe('majordomo mcp reports a mistake before it serves:', () => {
  it.each<[string, readonly string[], Record<string, string>?]>([
    ['no tool to serve', []],
    ['--approvals must be ask or client', ['lab/x', '--approvals', 'me']],
    ['unknown provider "nobody"', ['nobody/x']],
    ['the tool "ask" is built in', ['lab/x'], { 'majordomo.config.mjs': SKILL.replace("'dig'", "'ask'") }],
    [
      'the tool "burn" is defined by two skills',
      ['lab/x'],
      { 'majordomo.config.mjs': SKILL.replace("'dig'", "'burn'") },
    ],
  ])('%s', async (expected, argv, files = {}) => {
    using cli = world({ env: { LLM_LAB: 'openai+http://127.0.0.1:9/v1' }, files, stdin: { kind: 'pipe' } });
    const result = await cli.run('mcp', ...argv);
    expect([result.code, result.out, result.err]).toEqual([2, '', expect.stringContaining(expected)]);
  });

  it('explains on a terminal how an agent starts the server', async () => {
    using cli = world({ stdin: { kind: 'terminal' } });
    const result = await cli.run('mcp');
    expect([result.code, result.err]).toEqual([
      2,
      expect.stringContaining('claude mcp add majordomo -- majordomo mcp'),
    ]);
  });
});
