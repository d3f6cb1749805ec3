import { describe, expect, it } from 'vitest';
import { rpcServer } from './support/rpc-server.ts';
import { rejection, run, testToolbox, world } from './support/world.ts';

describe('the result of a tool of a server', () => {
  it('is text, images and PDFs as bytes, and descriptions of other content', async () => {
    const { run: call } = await world();
    const png = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10]);
    expect(await call('mixed')).toEqual([
      { type: 'text', text: 'a' },
      { type: 'image', mediaType: 'image/png', bytes: png },
      { type: 'text', text: '[invalid image of type image/png]' },
      { type: 'file', mediaType: 'audio/wav', bytes: new Uint8Array(3) },
      { type: 'text', text: 'inline' },
      { type: 'image', mediaType: 'image/png', bytes: png },
      { type: 'text', text: '[application/octet-stream file:///x.bin, 3 bytes, omitted]' },
      {
        type: 'file',
        mediaType: 'application/pdf',
        bytes: new TextEncoder().encode('%PDF-1.7\n%%EOF'),
        name: 'b.pdf',
      },
      { type: 'text', text: '[link file:///y "y"]' },
    ]);
  });

  it('arrives after lines that are not messages of the protocol', async () => {
    const { run: call } = await world();
    expect(await call('garbage')).toEqual([{ type: 'text', text: 'still here' }]);
  });

  it('is the requested text, on one line for every reader', async () => {
    const { run: call } = await world();
    const text = 'one\u2028two\u2029three';
    expect(await call('echo', { text })).toEqual([{ type: 'text', text: JSON.stringify({ text }) }]);
  });

  it('is an error that names server, tool and reason if the protocol fails', async () => {
    const { run: call } = await world();
    expect(await rejection(call('refused'))).toMatchObject({
      kind: 'invalid-request',
      message: expect.stringContaining('mcp "h": refused: ') as string,
    });
    expect(await rejection(call('malformed'))).toMatchObject({ name: 'LlmError' });
    expect(await call('echo', { a: 1 })).toEqual([{ type: 'text', text: '{"a":1}' }]);
  });

  it('of more than a read buffer ends the connection, and the next call has a new one', async () => {
    const { run: call } = await world();
    expect(await rejection(call('flood'))).toMatchObject({
      kind: 'network',
      message: expect.stringContaining('a line of more than 10485760 bytes') as string,
    });
    expect(await call('echo')).toEqual([{ type: 'text', text: '{}' }]);
  }, 20_000);
});

describe('tools of a server', () => {
  it('have the schemas of the server, and names with the prefix', async () => {
    const { box } = await world({ prefix: 'my.', only: ['echo', 'look', 'nothing'] });
    const parameters = { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' };
    expect(box.tools).toMatchObject([
      { name: 'my_look', description: 'Looks', parameters },
      { name: 'my_echo', description: 'echo', parameters },
    ]);
    expect(await run(box, 'my_echo')).toEqual([{ type: 'text', text: '{}' }]);
  });

  it('are those that a function accepts', async () => {
    const { box } = await world({ prefix: '', only: ({ description }) => description === 'Looks' });
    expect(box.tools.map(({ name }) => name)).toEqual(['look']);
  });
});

it.each([1000, 100_000])('a result that is nested %d levels deep has the kind protocol', async (depth) => {
  const nested = '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
  const { place } = rpcServer(({ method, id }) => {
    if (method === 'tools/list') return { tools: [{ name: 'deep', inputSchema: { type: 'object' } }] };
    if (method !== 'tools/call') return undefined;
    const result = `{"content":[{"type":"text","text":"x"}],"structuredContent":${nested}}`;
    const headers = { 'content-type': 'application/json' };
    return new Response(`{"jsonrpc":"2.0","id":${id},"result":${result}}`, { headers });
  });
  const box = await testToolbox({ name: 'm', prefix: '', place, protocol: '2025', apps: true });
  expect(await rejection(run(box, 'deep'))).toMatchObject({ kind: 'protocol' });
});
