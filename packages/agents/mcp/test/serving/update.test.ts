import { defineTool } from '@majordomo/agent';
import { describe, expect, it } from 'vitest';
import { serveMcp, type McpServerHandle, type ServeOptions, type ServerEventBus } from '../../src/index.ts';
import { officialClient } from '../support/in-process.ts';
import { closing, until } from '../support/world.ts';

const tool = (name: string) =>
  defineTool({ name, description: name, parameters: { type: 'object' }, run: () => name });
const template = (name: string) => ({
  template: `${name}://{x}`,
  name,
  mediaType: 'text/plain',
  read: ({ x }: Readonly<Record<string, string>>) => `${name} ${x}`,
});
const BOARD = { uri: 'board://main', name: 'Board', mediaType: 'text/plain', read: () => 'empty' };

function serverOf(options: Partial<ServeOptions> = {}): McpServerHandle {
  return closing(
    serveMcp({
      name: 's',
      version: '1',
      tools: [tool('one')],
      templates: [template('first')],
      resources: [BOARD],
      sessions: 10,
      ...options,
    }),
  );
}

/** Connects the SDK's client, and records its notifications. */
async function subscriber(server: McpServerHandle, protocol: '2025' | 'auto') {
  const notes: string[] = [];
  const onChanged = (kind: string) => () => void notes.push(kind);
  const client = await officialClient(server, protocol, {
    listChanged: {
      tools: { autoRefresh: false, debounceMs: 0, onChanged: onChanged('tools') },
      resources: { autoRefresh: false, debounceMs: 0, onChanged: onChanged('resources') },
    },
  });
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
    notes.push(params.uri);
  });
  if (protocol === 'auto') {
    closing(await client.listen({ resourceSubscriptions: [BOARD.uri], toolsListChanged: true }));
  } else await client.subscribeResource({ uri: BOARD.uri });
  return { client, notes };
}

describe.each([['2025'], ['auto']] as const)('for clients of %s, a server', (protocol) => {
  it('replaces tools and templates', async () => {
    const server = serverOf();
    const { client, notes } = await subscriber(server, protocol);
    server.update({ tools: [tool('two')], templates: [template('second')] });
    expect(
      (await client.listTools(undefined, { cacheMode: 'refresh' })).tools.map(({ name }) => name),
    ).toEqual(['two']);
    const { resourceTemplates } = await client.listResourceTemplates(undefined, { cacheMode: 'refresh' });
    expect(resourceTemplates.map(({ name }) => name)).toEqual(['second']);
    expect((await client.readResource({ uri: 'second://a' })).contents).toMatchObject([{ text: 'second a' }]);
    await until(() => notes.includes('tools'));
  });

  it('notifies the clients that subscribed to a resource within 200 ms', async () => {
    const server = serverOf();
    const { notes } = await subscriber(server, protocol);
    const began = performance.now();
    server.resourceUpdated('board://other');
    server.resourceUpdated(BOARD.uri);
    await until(() => notes.length > 0);
    expect(performance.now() - began).toBeLessThan(200);
    expect(notes).toEqual([BOARD.uri]);
  });
});

it.each([['2025'], ['auto']] as const)(
  'offers a first template to the clients of %s that have connected',
  async (protocol) => {
    const server = serverOf({ resources: [], templates: [] });
    const client = await officialClient(server, protocol);
    server.update({ templates: [template('first')] });
    expect((await client.readResource({ uri: 'first://a' })).contents).toMatchObject([{ text: 'first a' }]);
  },
);

it('adds a first template for clients that connect later, if it was created without resources', async () => {
  const server = serverOf({ resources: [], templates: undefined });
  await officialClient(server, '2025');
  server.update({ templates: [template('first')] });
  const client = await officialClient(server, '2025');
  expect((await client.readResource({ uri: 'first://a' })).contents).toMatchObject([{ text: 'first a' }]);
});

it('changes nothing if a new tool or template is invalid', () => {
  const server = serverOf();
  expect(() => {
    server.update({ tools: [tool('a'), tool('a')] });
  }).toThrow(/same name/);
  expect(() => {
    server.update({ tools: [tool('two')], templates: [template('x'), template('x')] });
  }).toThrow(/name x/);
});

/** Bus of one process. `all`: buses of all processes, between which events are JSON. */
function busOf(all: ((text: string) => void)[]): ServerEventBus {
  return {
    publish: (event) => {
      for (const receive of all) receive(JSON.stringify(event));
    },
    subscribe: (listener) => {
      const receive = (text: string): void => {
        listener(JSON.parse(text) as Parameters<typeof listener>[0]);
      };
      all.push(receive);
      return () => void all.splice(all.indexOf(receive), 1);
    },
  };
}

it.each([['2025'], ['auto']] as const)(
  'notifies a client of %s at another process over a bus',
  async (protocol) => {
    const all: ((text: string) => void)[] = [];
    const [here, there] = [serverOf({ bus: busOf(all) }), serverOf({ bus: busOf(all) })];
    const { notes } = await subscriber(here, protocol);
    there.resourceUpdated(BOARD.uri);
    await until(() => notes.includes(BOARD.uri));
  },
);
