import { defineTool, type Tool } from '@majordomo/agent';
import type { Client } from '@modelcontextprotocol/client';
import { describe, expect, it } from 'vitest';
import { serveMcp, type ServedTemplate, type ServeOptions } from '../../src/index.ts';
import { AddressTemplate } from '../../src/serve/templates.ts';
import { officialClient } from '../support/in-process.ts';
import { closing, rejection } from '../support/world.ts';

const SEATS = ['1A', '1B', '2A'];
const seat: ServedTemplate = {
  template: 'seat://{flight}/{seat}',
  name: 'seat',
  description: 'A seat',
  mediaType: 'text/plain',
  read: ({ flight, seat: name = '' }) => (SEATS.includes(name) ? `${flight} ${name}: free` : undefined),
  complete: {
    seat: (value, { flight }) =>
      SEATS.filter((name) => name.startsWith(value)).map((name) => name + (flight ?? '')),
    flight: () => Promise.resolve(Array.from({ length: 120 }, (_, at) => `LH${at}`)),
  },
};
const file: ServedTemplate = {
  template: 'file:///data/{+path}',
  name: 'file',
  mediaType: 'application/octet-stream',
  read: ({ path = '' }) => new TextEncoder().encode(path),
};

const clientOf = (options: Partial<ServeOptions>, protocol: '2025' | 'auto' = 'auto'): Promise<Client> =>
  officialClient(closing(serveMcp({ name: 's', version: '1', tools: [], ...options })), protocol);

describe.each([['2025'], ['auto']] as const)('templates for clients of %s', (protocol) => {
  it('are listed and read', async () => {
    const client = await clientOf({ templates: [seat, file] }, protocol);
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates).toMatchObject([
      { name: 'seat', uriTemplate: 'seat://{flight}/{seat}', description: 'A seat', mimeType: 'text/plain' },
      { name: 'file', uriTemplate: 'file:///data/{+path}' },
    ]);
    expect((await client.readResource({ uri: 'seat://LH1/1A' })).contents).toEqual([
      { uri: 'seat://LH1/1A', mimeType: 'text/plain', text: 'LH1 1A: free' },
    ]);
    const { contents } = await client.readResource({ uri: 'file:///data/a/b%20c' });
    expect(contents).toMatchObject([{ blob: Buffer.from('a/b c').toString('base64') }]);
  });

  it.each(['seat://LH1/9Z', 'seat://LH1/1A/more', 'seat://LH1', 'seat://LH1/%E0%A4', 'other://x/y'])(
    'reject the address %s',
    async (uri) => {
      const client = await clientOf({ templates: [seat] }, protocol);
      expect(await rejection(client.readResource({ uri }))).toMatchObject({ code: -32_602 });
    },
  );

  it('reject a long address', async () => {
    const client = await clientOf({ templates: [file] }, protocol);
    const uri = `file:///data/${'a'.repeat(8192)}`;
    expect(await rejection(client.readResource({ uri }))).toMatchObject({ code: -32_602 });
  });

  it('complete their variables', async () => {
    const client = await clientOf({ templates: [seat] }, protocol);
    const ref = { type: 'ref/resource', uri: seat.template } as const;
    const complete = async (name: string, value: string, args?: Record<string, string>) =>
      (
        await client.complete({
          ref,
          argument: { name, value },
          ...(args === undefined ? {} : { context: { arguments: args } }),
        })
      ).completion;
    expect(await complete('seat', '1', { flight: '-LH1' })).toEqual({
      values: ['1A-LH1', '1B-LH1'],
      total: 2,
      hasMore: false,
    });
    expect(await complete('flight', '')).toMatchObject({ total: 120, hasMore: true });
    expect((await complete('flight', '')).values).toHaveLength(100);
    expect((await complete('toString', '')).values).toEqual([]);
    const other = { ref: { ...ref, uri: 'no://{x}' }, argument: { name: 'x', value: '' } };
    expect(await rejection(client.complete(other))).toMatchObject({ code: -32_602 });
  });
});

it('completes the arguments of a prompt', async () => {
  const prompts = [
    {
      name: 'letter',
      arguments: [{ name: 'to' }],
      messages: () => 'Dear',
      complete: { to: (value: string) => ['Ann', 'Bob'].filter((name) => name.startsWith(value)) },
    },
  ];
  const client = await clientOf({ prompts });
  const ref = { type: 'ref/prompt', name: 'letter' } as const;
  const { completion } = await client.complete({ ref, argument: { name: 'to', value: 'A' } });
  expect(completion.values).toEqual(['Ann']);
});

it.each<[string, string, Record<string, string> | undefined]>([
  ['a://{x}', 'a://b', { x: 'b' }],
  ['a://{x}', 'a://b%2Fc', { x: 'b/c' }],
  ['a://{x}', 'a://b/c', undefined],
  ['a://{x}', 'a://', undefined],
  ['a://{+x}', 'a://b/../c', { x: 'b/../c' }],
  ['a://{+x}/end', 'a://b/end/end', { x: 'b/end' }],
  ['a://{x}.{y}', 'a://b.c.d', { x: 'b', y: 'c.d' }],
  ['a://{x}/b', 'a://c/bb', undefined],
  ['a://{x}-{y}', `a://${'-'.repeat(8000)}`, { x: '-', y: '-'.repeat(7998) }],
])('the template %s matches %s with %j', (template, uri, values) => {
  expect(new AddressTemplate(template, 'x').match(uri)).toEqual(values);
});

it.each([
  'seat://{flight',
  'seat://x',
  '{x}',
  'a://{x}{y}',
  'a://{x}/{x}',
  'a://{?x}',
  'a://{x,y}',
  'a://}{x}',
])('rejects the template %s', (template) => {
  expect(() => serveMcp({ name: 's', version: '1', tools: [], templates: [{ ...seat, template }] })).toThrow(
    expect.objectContaining({ kind: 'config' }) as Error,
  );
});

it('rejects two templates of one name', () => {
  const templates = [seat, { ...file, name: 'seat' }];
  expect(() => serveMcp({ name: 's', version: '1', tools: [], templates })).toThrow(/name seat/);
});

describe('results of tools', () => {
  const tool = (run: Tool['run']): Tool =>
    defineTool({ name: 't', description: 't', parameters: { type: 'object' }, run });

  it.each<[string, unknown, unknown]>([
    ['an object', { a: 1, at: new Date(0), b: undefined }, { a: 1, at: '1970-01-01T00:00:00.000Z' }],
    ['a text part', { type: 'text', text: 'x' }, undefined],
    ['an array', [1], undefined],
    ['a text', 'x', undefined],
  ])('that are %s have the structured content %j', async (_what, output, structured) => {
    const client = await clientOf({ tools: [tool(() => output as never)] });
    const result = await client.callTool({ name: 't', arguments: {} });
    expect(result.structuredContent).toEqual(structured);
    expect(result.content).toHaveLength(1);
  });

  it('that are audio are sent as audio', async () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const client = await clientOf({ tools: [tool(() => [{ type: 'file', mediaType: 'audio/wav', bytes }])] });
    expect((await client.callTool({ name: 't', arguments: {} })).content).toEqual([
      { type: 'audio', mimeType: 'audio/wav', data: 'AQID' },
    ]);
  });
});

describe('apps', () => {
  const show = defineTool({
    name: 'show',
    description: 'Shows',
    parameters: { type: 'object' },
    run: () => 'x',
  });
  const app = {
    uri: 'ui://flights/booking',
    tools: ['show'],
    html: () => Promise.resolve('<p>Hi</p>'),
    csp: { resourceDomains: ['https://cdn.example.com'] },
    prefersBorder: true,
  };

  it('are named by their tools, and are resources', async () => {
    const client = await clientOf({ tools: [show], apps: [app] });
    const { tools } = await client.listTools();
    expect(tools[0]?._meta).toEqual({ ui: { resourceUri: app.uri }, 'ui/resourceUri': app.uri });
    const { contents } = await client.readResource({ uri: app.uri });
    expect(contents).toEqual([
      {
        uri: app.uri,
        mimeType: 'text/html;profile=mcp-app',
        text: '<p>Hi</p>',
        _meta: { ui: { csp: app.csp, prefersBorder: true } },
      },
    ]);
  });

  it.each([
    [{ ...app, uri: 'https://x.example' }],
    [{ ...app, tools: ['missing'] }],
    [app, app],
    [app, { ...app, uri: 'ui://other' }],
  ])('reject the apps %j', (...apps) => {
    expect(() => serveMcp({ name: 's', version: '1', tools: [show], apps })).toThrow(/apps\[\d\]/);
  });
});
