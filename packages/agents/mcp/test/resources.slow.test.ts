import { describe, expect, it } from 'vitest';
import { withMcpReferences } from '../src/index.ts';
import { everything, sharedEverything } from './support/everything.ts';
import { rejection, run, world } from './support/world.ts';

const shared = sharedEverything();

describe('resources of server-everything', () => {
  it('are listed with templates, and read as text and bytes', async () => {
    const all = shared();
    const resources = await all.resources();
    const template = resources.find(({ isTemplate }) => isTemplate);
    expect(template?.uri).toContain('{');
    const file = resources.find(({ isTemplate }) => !isTemplate);
    expect(file).toMatchObject({
      uri: expect.stringContaining('://') as string,
      name: expect.any(String) as string,
    });
    const parts = await all.readResource(file?.uri ?? '');
    expect(parts[0]).toMatchObject({ type: 'text', text: expect.stringMatching(/\w/) as string });
    expect(await all.readResource('demo://resource/dynamic/text/1')).toMatchObject([
      { type: 'text', text: expect.stringContaining('1') as string },
    ]);
  });

  it('that do not exist are an error of kind invalid-request that names the address', async () => {
    const all = shared();
    expect(await rejection(all.readResource('demo://no/such'))).toMatchObject({
      kind: 'invalid-request',
      message: expect.stringContaining('mcp "everything": demo://no/such') as string,
    });
  });

  it('are offered to a model as two tools', async () => {
    const all = await everything({ prefix: 'e_', resources: true, approve: 'all' });
    const offered = all.tools.filter(({ name }) => name.endsWith('resources') || name.endsWith('_resource'));
    expect(offered.map(({ name, approval }) => [name, approval])).toEqual([
      ['e_list_resources', true],
      ['e_read_resource', true],
    ]);
    const list = (await run(all, 'e_list_resources')) as string;
    expect(list).toContain('(template)');
    expect(list.split('\n').length).toBeGreaterThan(2);
    expect(await run(all, 'e_read_resource', { uri: 'demo://resource/dynamic/text/2' })).toMatchObject([
      { type: 'text' },
    ]);
    expect(await rejection(run(all, 'e_read_resource', { uri: 'demo://no/such' }))).toMatchObject({
      kind: 'invalid-request',
    });
  });

  it('are not offered without the option, and not if the server has none', async () => {
    const all = shared();
    expect(all.tools.map(({ name }) => name)).not.toContain('list_resources');
    const { box } = await world({ resources: true });
    expect(box.tools.map(({ name }) => name)).not.toContain('h_list_resources');
    expect(await box.resources()).toEqual([]);
  });

  it('need `rename` if the server has a tool of the same name', async () => {
    const error = await rejection(everything({ resources: true, rename: { echo: 'read_resource' } }));
    expect(error).toMatchObject({ kind: 'config', details: { path: 'rename' } });
  });
});

describe('prompts of server-everything', () => {
  it('are listed with their arguments, and returned as messages', async () => {
    const all = shared();
    const prompts = await all.prompts();
    expect(prompts.map(({ name }) => name)).toContain('simple-prompt');
    expect(prompts.find(({ name }) => name === 'args-prompt')?.arguments).toMatchObject([
      { name: 'city', required: true },
      { name: 'state', required: false },
    ]);
    expect(await all.prompt('args-prompt', { city: 'Rome' })).toEqual([
      { role: 'user', parts: [{ type: 'text', text: "What's weather in Rome?" }] },
    ]);
  });

  it.each([
    ['an unknown name', 'no-such-prompt', {}],
    ['a missing argument', 'args-prompt', {}],
  ])('with %s are an error of kind invalid-request', async (_what, name, args) => {
    const all = shared();
    expect(await rejection(all.prompt(name, args))).toMatchObject({ kind: 'invalid-request' });
  });
});

describe('references in a text', () => {
  it('are followed by the content of the resource, without the punctuation of the sentence', async () => {
    const all = shared();
    const { role, parts } = await withMcpReferences(
      'Compare @mcp:everything:demo://resource/dynamic/text/1, and @mcp:other:x://y.',
      [all],
    );
    expect(role).toBe('user');
    expect(parts).toMatchObject([
      { type: 'text', text: 'Compare @mcp:everything:demo://resource/dynamic/text/1' },
      { type: 'text', text: expect.stringMatching(/resource 1/i) as string },
      { type: 'text', text: ', and @mcp:other:x://y.' },
    ]);
  });
});
