import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createAgent } from '@majordomo/agent';
import { createMajordomo } from '@majordomo/core';
import { createMediaFitter, inspectImage } from '@majordomo/media';
import { fakeProvider } from '@majordomo/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { McpOptions, McpToolbox } from '../src/index.ts';
import { COMPILE_CACHE } from './support/compile-cache.ts';
import { run, testFolder, testToolbox, until } from './support/world.ts';

const require = createRequire(import.meta.url);

const SERVERS = {
  everything: require.resolve('@modelcontextprotocol/server-everything/package.json'),
  filesystem: require.resolve('@modelcontextprotocol/server-filesystem/package.json'),
  memory: require.resolve('@modelcontextprotocol/server-memory/package.json'),
  'sequential-thinking': require.resolve('@modelcontextprotocol/server-sequential-thinking/package.json'),
};

/** A server from npm, as people use it. */
async function server(
  name: keyof typeof SERVERS,
  args: readonly string[] = [],
  options: Partial<McpOptions> = {},
  env: Record<string, string> = {},
): Promise<McpToolbox> {
  const folder = join(SERVERS[name], '..');
  return testToolbox({
    name,
    prefix: '',
    place: {
      command: process.execPath,
      args: [join(folder, 'dist/index.js'), ...args],
      env: { ...COMPILE_CACHE, ...env },
    },
    ...options,
  });
}

/** The server does not print its port: use one that was free a moment ago, and another if it is taken. */
async function everythingOverHttp(): Promise<string> {
  for (;;) {
    const port = await freePort();
    const script = join(SERVERS.everything, '../dist/index.js');
    const child = spawn(process.execPath, [script, 'streamableHttp'], {
      env: { ...process.env, PORT: String(port) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const gone = once(child, 'exit');
    onTestFinished(async () => {
      child.kill('SIGKILL');
      await gone;
    });
    await until(() => said.includes('listening on port') || child.exitCode !== null);
    if (child.exitCode === null) return `http://127.0.0.1:${port}/mcp`;
    if (!said.includes('already in use')) throw new Error(`server-everything ended: ${said}`);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const textIn = (output: unknown): string => JSON.stringify(output);

describe('servers from npm', () => {
  it('filesystem: reads, writes with approval, and remains in its folder', async () => {
    const folder = testFolder();
    writeFileSync(join(folder, 'a.txt'), 'hello');
    const files = await server('filesystem', [folder]);
    expect(textIn(await run(files, 'read_text_file', { path: join(folder, 'a.txt') }))).toContain('hello');
    const write = files.tools.find(({ name }) => name === 'write_file');
    expect(await (write?.approval as () => unknown)()).toBe(true);
    const target = join(folder, 'b.txt');
    await run(files, 'write_file', { path: target, content: 'new' });
    expect(readFileSync(target, 'utf8')).toBe('new');
    await expect(run(files, 'read_text_file', { path: '/etc/hostname' })).rejects.toThrow(/denied/i);
  });

  it('filesystem: uses the folders of `roots`', async () => {
    const folder = testFolder();
    const files = await server('filesystem', [], { roots: [`file://${folder}`] });
    // The server requests them after the connection.
    await expect.poll(async () => textIn(await run(files, 'list_allowed_directories'))).toContain(folder);
  });

  it('memory: stores observations', async () => {
    const memory = await server('memory', [], {}, { MEMORY_FILE_PATH: join(testFolder(), 'm.jsonl') });
    const entities = [{ name: 'Ann', entityType: 'person', observations: ['likes tea'] }];
    await run(memory, 'create_entities', { entities });
    expect(textIn(await run(memory, 'search_nodes', { query: 'tea' }))).toContain('Ann');
  });

  it('sequential-thinking: counts thoughts', async () => {
    const thinking = await server('sequential-thinking');
    const thought = { thought: 'hm', nextThoughtNeeded: false, thoughtNumber: 1, totalThoughts: 1 };
    expect(textIn(await run(thinking, 'sequentialthinking', thought))).toContain('thoughtHistoryLength');
  });

  it('everything: text, images, links, structured content, progress', async () => {
    const all = await server('everything');
    expect(await run(all, 'echo', { message: 'hi' })).toEqual([{ type: 'text', text: 'Echo: hi' }]);
    expect(textIn(await run(all, 'get-sum', { a: 2, b: 3 }))).toContain('5');
    expect(await run(all, 'get-tiny-image')).toContainEqual(
      expect.objectContaining({
        type: 'image',
        mediaType: 'image/png',
        bytes: expect.any(Uint8Array) as unknown,
      }),
    );
    expect(textIn(await run(all, 'get-resource-links', { count: 2 }))).toContain('[link ');
    expect(textIn(await run(all, 'get-structured-content', { location: 'New York' }))).toContain(
      'temperature',
    );
    expect(textIn(await run(all, 'trigger-long-running-operation', { duration: 0.2, steps: 4 }))).toContain(
      'completed',
    );
  });

  it('everything: an image above the limits of a target is scaled', async () => {
    const all = await server('everything', [], { only: ['get-tiny-image'] });
    const images = { mediaTypes: ['image/png'], maxBytes: 100_000, maxEdge: 8 };
    const fake = fakeProvider({
      id: 'f',
      models: { m: [{ toolCalls: [{ name: 'get-tiny-image', args: {} }] }, 'tiny'] },
      capabilities: { images },
    });
    const majordomo = createMajordomo({ providers: [fake], media: createMediaFitter() });
    const agent = createAgent({ model: majordomo.model('f/m'), toolboxes: [all] });
    expect((await agent.run('Show me.')).text).toBe('tiny');
    const image = fake.requests[1]?.request.messages
      .flatMap(({ role, parts }) => (role === 'tool' ? parts : []))
      .flatMap(({ content }) => content)
      .find(({ type }) => type === 'image');
    expect(inspectImage(image?.type === 'image' ? image.bytes : new Uint8Array())).toMatchObject({
      mediaType: 'image/png',
      width: 8,
    });
  }, 60_000);

  it('everything over HTTP: returns all kinds of results, and is notified of an abort', async () => {
    const url = await everythingOverHttp();
    const all = await testToolbox({ name: 'everything', prefix: '', place: { url } });
    expect(textIn(await run(all, 'get-sum', { a: 1, b: 2 }))).toContain('3');
    expect(await run(all, 'get-tiny-image')).toContainEqual(
      expect.objectContaining({ type: 'image', mediaType: 'image/png' }),
    );
    const controller = new AbortController();
    const outcome = run(
      all,
      'trigger-long-running-operation',
      { duration: 60, steps: 60 },
      { signal: controller.signal },
    );
    controller.abort();
    await expect(outcome).rejects.toMatchObject({ kind: 'aborted' });
    expect(textIn(await run(all, 'echo', { message: 'still here' }))).toContain('still here');
  }, 120_000);

  it('everything: sends the requests that were offered', async () => {
    const all = await server('everything', [], {
      roots: ['file:///home/me'],
      onElicit: () => ({ action: 'decline' }),
    });
    await until(() => all.tools.some(({ name }) => name === 'get-roots-list'));
    expect(textIn(await run(all, 'get-roots-list'))).toContain('file:///home/me');
    await until(() => all.tools.some(({ name }) => name === 'trigger-elicitation-request'));
    expect(textIn(await run(all, 'trigger-elicitation-request'))).toContain('declined');
  });
});
