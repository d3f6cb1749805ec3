import { expect, it } from 'vitest';
import { memoryRecords, type RecordStore } from '@majordomo/records';
import { entriesOf } from '../../test/support/entries.ts';
import { initialized, RPC_URL, rpcServer } from '../../test/support/rpc-server.ts';
import { run, testToolbox } from '../../test/support/world.ts';
import type { McpEvent, McpOptions } from '../options.ts';

const inputSchema = { type: 'object' };

/** Connects to a server with these tools, which also has resources. */
async function connected(tools: readonly object[], options: Partial<McpOptions> = {}) {
  const events: McpEvent[] = [];
  const { place, countOf } = rpcServer((message) => {
    if (message.method === 'initialize') return initialized(message, { tools: {}, resources: {} });
    return message.method === 'tools/list' ? { tools } : undefined;
  });
  const box = await testToolbox({
    name: 'x',
    prefix: '',
    place,
    onEvent: (event) => void events.push(event),
    ...options,
  });
  return { box, events, countOf };
}

it.each([
  [1000, []],
  [1001, [{ type: 'tools-changed', detail: '1000 tools, the first 1000 of 1001' }]],
])('offers the first 1,000 of %i tools', async (count, truncation) => {
  const tools = Array.from({ length: count }, (_, at) => ({ name: `t${at}`, inputSchema }));
  const { box, events } = await connected(tools);
  expect(box.tools.map(({ name }) => name)).toEqual(tools.slice(0, 1000).map(({ name }) => name));
  expect(events).toEqual([{ type: 'connected', detail: 'rpc 1' }, ...truncation]);
});

it('offers the first of several tools with the same name', async () => {
  const { box } = await connected([
    { name: 'a', description: 'first', inputSchema },
    { name: 'b', inputSchema },
    { name: 'a', description: 'second', inputSchema },
  ]);
  expect(box.tools).toHaveLength(2);
  expect(box.tools.find(({ name }) => name === 'a')?.description).toBe('first');
});

it('reports a tool without a name, and offers the others unchanged', async () => {
  const schema = { ...inputSchema, $schema: 'https://json-schema.org/draft/2020-12/schema' };
  const { box, events } = await connected([
    { name: '', inputSchema },
    { name: 'a', inputSchema: schema },
  ]);
  expect(box.tools.map(({ name, parameters }) => [name, parameters])).toEqual([['a', schema]]);
  expect(events).toContainEqual({ type: 'tool-rejected', detail: 'a tool: its name is empty' });
});

it('stores the list, and again only if it has changed', async () => {
  const tools = [{ name: 'look', description: 'Looks', inputSchema }];
  const records = memoryRecords();
  let writes = 0;
  const counted: RecordStore = { ...records, write: (...all) => (writes++, records.write(...all)) };
  const { box, events } = await connected(tools, { records: counted });
  const offered = box.tools;
  const definitions = [['look', JSON.stringify(['Looks', null, inputSchema, null, null])]];
  const legacyAt = expect.any(Number) as number;
  const data = { tools, definitions, hasResources: true, legacyAt };
  expect((await entriesOf(records)).map(({ value }) => JSON.parse(value) as unknown)).toEqual([
    { format: 1, data: { place: RPC_URL, data } },
  ]);
  await box.refresh();
  expect([writes, events.length]).toEqual([1, 1]);
  expect(box.tools).toBe(offered);
  tools.push({ name: 'see', description: 'Sees', inputSchema });
  await box.refresh();
  expect([writes, events.at(-1)]).toEqual([2, { type: 'tools-changed', detail: '2 tools' }]);
});

it('offers the tools for resources from a stored list', async () => {
  const records = memoryRecords();
  const tools = [{ name: 'look', inputSchema }];
  const options = { records, start: 'first-call', resources: true, approve: 'all' } as const;
  await connected(tools, options);
  const { box, countOf } = await connected(tools, options);
  expect(box.tools.map(({ name }) => name)).toEqual(['look', 'list_resources', 'read_resource']);
  expect(countOf('initialize')).toBe(0);
  expect(await run(box, 'look')).toEqual([{ type: 'text', text: 'ok' }]);
  expect(countOf('tools/list')).toBe(1);
});
