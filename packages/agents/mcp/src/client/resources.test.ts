import { expect, it } from 'vitest';
import type { Connection } from './connection.ts';
import { getPrompt, listPrompts } from './prompts.ts';
import { checkResourceNames, listResources, readResource, resourceTools } from './resources.ts';

/** Connection to a client with these methods, and the subjects and signals of its requests. */
function connectionTo(client: object) {
  const requests: unknown[] = [];
  const connection = {
    label: 'mcp "x"',
    request: async (
      subject: string,
      signal: AbortSignal | undefined,
      work: (client: object, options: object) => unknown,
    ) => {
      requests.push([subject, signal]);
      return work(client, { signal });
    },
  } as unknown as Connection;
  return { connection, requests };
}
const { signal } = new AbortController();
const unknownMethod = Object.assign(new Error('unknown method'), { code: -32_601 });
const capabilities = (found: object) => ({ getServerCapabilities: () => found });
const one = { uri: 'a://1', name: 'one', title: 'One', description: 'First', mimeType: 'text/plain' };
const server = {
  ...capabilities({ resources: {}, prompts: {} }),
  listResources: async () => ({ resources: [one, { uri: 'a://2', name: 'two' }] }),
  listResourceTemplates: async () => ({ resourceTemplates: [{ uriTemplate: 'a://{n}', name: 'any' }] }),
};
const listed = [
  { uri: 'a://1', name: 'one', description: 'First', mediaType: 'text/plain', isTemplate: false },
  { uri: 'a://2', name: 'two', description: undefined, mediaType: undefined, isTemplate: false },
];
const template = {
  uri: 'a://{n}',
  name: 'any',
  description: undefined,
  mediaType: undefined,
  isTemplate: true,
};

it.each<[string, object, readonly object[]]>([
  ['resources and templates', server, [...listed, template]],
  ['no templates', { ...server, listResourceTemplates: () => Promise.reject(unknownMethod) }, listed],
  ['no resources', { ...server, ...capabilities({}) }, []],
])('lists the resources of a server with %s', async (_name, client, expected) => {
  const { connection, requests } = connectionTo(client);
  expect(await listResources(connection, signal)).toStrictEqual(expected);
  expect(requests).toEqual([['resources', signal]]);
});

it('rejects if the templates cannot be listed', async () => {
  const client = { ...server, listResourceTemplates: () => Promise.reject(new Error('bug')) };
  await expect(listResources(connectionTo(client).connection)).rejects.toThrow('bug');
});

it('reads a resource by its address', async () => {
  const client = { readResource: async ({ uri }: { uri: string }) => ({ contents: [{ uri, text: 'T' }] }) };
  const { connection, requests } = connectionTo(client);
  expect(await readResource(connection, 'a://1', signal)).toEqual([{ type: 'text', text: 'T' }]);
  expect(requests).toEqual([['a://1', signal]]);
});

it('offers two tools to a model', async () => {
  const client = {
    ...server,
    readResource: async ({ uri }: { uri: string }) => ({ contents: [{ uri, text: uri }] }),
  };
  const { connection, requests } = connectionTo(client);
  const [list, read] = resourceTools(connection, 'x_', true);
  expect(list).toMatchObject({
    name: 'x_list_resources',
    description: 'Lists the resources of the server: address, name, type and description.',
    parameters: { type: 'object', properties: {}, additionalProperties: false },
    approval: true,
  });
  expect(read).toMatchObject({
    name: 'x_read_resource',
    description: 'Reads a resource of the server by its address, as listed by x_list_resources.',
    parameters: {
      type: 'object',
      properties: { uri: { type: 'string', description: 'Address of the resource' } },
      required: ['uri'],
      additionalProperties: false,
    },
    approval: true,
  });
  const context = { signal } as never;
  expect(await list?.run({} as never, context)).toBe(
    'a://1 | one | text/plain | First\na://2 | two\na://{n} (template) | any',
  );
  expect(await read?.run({ uri: 'a://1' } as never, context)).toEqual([{ type: 'text', text: 'a://1' }]);
  expect(requests).toEqual([
    ['resources', signal],
    ['a://1', signal],
  ]);
  const [none] = resourceTools(connectionTo(capabilities({})).connection, '', false);
  expect([none?.name, none?.approval]).toEqual(['list_resources', false]);
  expect(await none?.run({} as never, context)).toBe('The server has no resources.');
});

it('truncates a description to 500 characters', async () => {
  const describe = (length: number) => ({
    ...server,
    listResources: async () => ({ resources: [{ ...one, description: 'd'.repeat(length) }] }),
    listResourceTemplates: async () => ({ resourceTemplates: [] }),
  });
  const lines = [500, 501].map(async (length) => {
    const [list] = resourceTools(connectionTo(describe(length)).connection, '', false);
    return String(await list?.run({} as never, { signal } as never));
  });
  const [complete, truncated = ''] = await Promise.all(lines);
  const prefix = 'a://1 | one | text/plain | ';
  expect(complete).toBe(prefix + 'd'.repeat(500));
  expect(truncated.length).toBeLessThanOrEqual(prefix.length + 500);
});

it.each([
  [['look'], undefined],
  [['look', 'list_resources'], 'list_resources'],
  [['read_resource'], 'read_resource'],
])('rejects tools with the names %j: %s', (names, taken) => {
  const check = (): void => {
    checkResourceNames(names);
  };
  if (taken === undefined) expect(check).not.toThrow();
  else
    expect(check).toThrow(
      expect.objectContaining({
        kind: 'config',
        message: `connectMcp: the server has a tool "${taken}"; rename it with \`rename\``,
        details: expect.objectContaining({ path: 'rename' }) as object,
      }) as Error,
    );
});

it('lists prompts with their arguments', async () => {
  const prompts = [
    {
      name: 'p',
      description: 'P',
      arguments: [{ name: 'a', description: 'A', required: true }, { name: 'b' }],
    },
    { name: 'q' },
  ];
  const client = { ...server, listPrompts: async () => ({ prompts }) };
  const { connection, requests } = connectionTo(client);
  expect(await listPrompts(connection)).toStrictEqual([
    {
      name: 'p',
      description: 'P',
      arguments: [
        { name: 'a', description: 'A', required: true },
        { name: 'b', description: undefined, required: false },
      ],
    },
    { name: 'q', description: undefined, arguments: [] },
  ]);
  expect(requests).toEqual([['prompts', undefined]]);
  expect(await listPrompts(connectionTo(capabilities({})).connection)).toEqual([]);
});

it('returns the messages of a prompt', async () => {
  const calls: unknown[] = [];
  const picture = { type: 'image', data: '', mimeType: 'image/png' };
  const content = { type: 'text', text: 'hi' };
  const client = {
    ...server,
    getPrompt: async (...args: readonly unknown[]) => {
      calls.push(args);
      const roles = ['user', 'assistant'] as const;
      return {
        messages: roles.flatMap((role) => [content, picture].map((block) => ({ role, content: block }))),
      };
    },
  };
  const { connection, requests } = connectionTo(client);
  const text = (value: string) => [{ type: 'text', text: value }];
  expect(await getPrompt(connection, 'p', { a: 'b' }, signal)).toEqual([
    { role: 'user', parts: text('hi') },
    { role: 'user', parts: text('[invalid image of type image/png]') },
    { role: 'assistant', parts: text('hi') },
    { role: 'assistant', parts: text('[invalid image of type image/png]') },
  ]);
  expect(calls).toEqual([[{ name: 'p', arguments: { a: 'b' } }, { signal }]]);
  expect(requests).toEqual([['prompt p', signal]]);
  await expect(getPrompt(connectionTo(capabilities({})).connection, 'p', {})).rejects.toMatchObject({
    kind: 'invalid-request',
    message: 'mcp "x": the server has no prompts',
  });
});
