import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineTool, type Tool } from '@majordomo/agent';
import { expect, it } from 'vitest';
import { reportProgress, serveMcp, type McpServerHandle, type ServeOptions } from '../src/index.ts';
import { officialClient, placeOf } from './support/in-process.ts';
import { closing, run, testFolder, testToolbox } from './support/world.ts';

const serverOf = (options: Partial<ServeOptions>): McpServerHandle =>
  closing(serveMcp({ name: 'sky', version: '1', tools: [], ...options }));

/** Connects the SDK's client, and returns it with its errors. */
async function clientOf(options: Partial<ServeOptions>) {
  const client = await officialClient(serverOf(options));
  const errors: Error[] = [];
  client.onerror = (error) => errors.push(error);
  return { client, errors };
}

const echo: Tool = {
  name: 'echo',
  description: 'Echoes',
  parameters: {},
  run: (args) => JSON.stringify(args),
};
const steps = defineTool({
  name: 'steps',
  description: 'Reports progress',
  parameters: { type: 'object' },
  run: (_args, context) => {
    reportProgress(context, { progress: 1, total: 2, message: 'on it' });
    reportProgress(context, { progress: 2 });
    return 'done';
  },
});

it('lists tools with an object schema', async () => {
  const { client } = await clientOf({ tools: [echo, { ...steps, approval: true }] });
  expect((await client.listTools()).tools).toEqual([
    { name: 'echo', description: 'Echoes', inputSchema: { type: 'object' } },
    {
      name: 'steps',
      description: 'Reports progress',
      inputSchema: { type: 'object' },
      annotations: { destructiveHint: true },
    },
  ]);
});

it('runs a tool without arguments, and names the tools to a client that calls an unknown one', async () => {
  const { client } = await clientOf({ tools: [echo, steps] });
  expect((await client.callTool({ name: 'echo' })).content).toEqual([{ type: 'text', text: '{}' }]);
  expect(await client.callTool({ name: 'other', arguments: {} })).toEqual({
    content: [{ type: 'text', text: 'There is no tool "other". There are: echo, steps.' }],
    isError: true,
  });
});

it('reports progress only to a client that requests it', async () => {
  const { client, errors } = await clientOf({ tools: [steps] });
  const reports: unknown[] = [];
  await client.callTool({ name: 'steps', arguments: {} }, { onprogress: (report) => reports.push(report) });
  expect(reports).toEqual([{ progress: 1, total: 2, message: 'on it' }, { progress: 2 }]);
  await client.callTool({ name: 'steps', arguments: {} });
  expect([reports.length, errors]).toEqual([2, []]);
});

it('returns a document without a name', async () => {
  const pdf = {
    type: 'file',
    mediaType: 'application/pdf',
    bytes: new TextEncoder().encode('%PDF-1.7'),
  } as const;
  const { client } = await clientOf({ tools: [{ ...echo, run: () => [pdf] }] });
  expect((await client.callTool({ name: 'echo' })).content).toEqual([
    {
      type: 'resource',
      resource: { uri: 'result:/document', mimeType: 'application/pdf', blob: btoa('%PDF-1.7') },
    },
  ]);
});

it('truncates the arguments in a question to 2,000 characters, without half a surrogate pair', async () => {
  const questions: string[] = [];
  const place = placeOf(serverOf({ tools: [{ ...echo, approval: true }], sessions: 1 }));
  const box = await testToolbox({
    name: 's',
    prefix: '',
    place,
    approve: 'none',
    onElicit: ({ message }) => (questions.push(message), { action: 'accept', content: {} }),
  });
  const args = { text: `${'x'.repeat(1990)}${'😀'.repeat(500)}` };
  expect(await run(box, 'echo', args)).toEqual([{ type: 'text', text: JSON.stringify(args) }]);
  expect(questions).toEqual([`May echo run with {"text":"${'x'.repeat(1990)}?`]);
});

it('reports a skill that it cannot serve', async () => {
  const folder = testFolder();
  mkdirSync(join(folder, 'broken'));
  writeFileSync(join(folder, 'broken/SKILL.md'), 'no frontmatter');
  const errors: string[] = [];
  const { client } = await clientOf({
    skillsFolder: folder,
    onError: (error) => void errors.push((error as Error).message),
  });
  expect(client.getServerVersion()).toMatchObject({ name: 'sky', version: '1' });
  expect(errors[0]).toMatch(/^skillsFolder: broken.*: ./);
});
