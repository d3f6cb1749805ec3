import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, type Clock } from '@majordomo/core';
import { testFolder } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import type { McpOptions, McpToolbox } from '../src/index.ts';
import { httpServer } from './support/http-server.ts';
import { memoryRecords } from '@majordomo/records';
import { modernServer } from './support/modern-server.ts';
import { rpcServer } from './support/rpc-server.ts';
import { rejection, testToolbox } from './support/world.ts';

const require = createRequire(import.meta.url);

/** Program of protocol 2025, which logs the methods of its requests. `onProbe`: its reaction to the probe. */
const PROGRAM = `
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
const [log, onProbe] = process.argv.slice(2);
appendFileSync(log, 'start\\n');
if (onProbe === 'start late') await new Promise((resolve) => setTimeout(resolve, Number(process.env.START_MS)));
const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line);
  appendFileSync(log, method + '\\n');
  if (method === 'server/discover') {
    if (onProbe === 'exit') process.exit(3);
    if (onProbe === 'refuse') send({ id, error: { code: -32601, message: 'unknown method' } });
  } else if (method === 'initialize') {
    const serverInfo = { name: 'old', version: '1' };
    send({ id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo } });
  } else if (id !== undefined) send({ id, result: { tools: [] } });
}
`;

function program(onProbe: 'refuse' | 'exit' | 'ignore' | 'start late', startMs = 0) {
  const folder = testFolder();
  const [file, log] = [join(folder, 'server.mjs'), join(folder, 'log')];
  writeFileSync(file, PROGRAM);
  appendFileSync(log, '');
  return {
    place: { command: process.execPath, args: [file, log, onProbe], env: { START_MS: String(startMs) } },
    lines: () => readFileSync(log, 'utf8').trim().split('\n'),
  };
}

/** Clock whose timers never end, so that only the SDK's time limit of the probe ends. It makes the tests independent of load. */
const WITHOUT_TIMEOUTS: Clock = { ...systemClock, timer: () => () => undefined };

/** Number of child processes of this process. */
const childCount = (): number =>
  readdirSync('/proc/self/task')
    .flatMap((task) => readFileSync(`/proc/self/task/${task}/children`, 'utf8').split(' '))
    .filter((pid) => pid !== '').length;

async function connected(options: Omit<McpOptions, 'name'>): Promise<McpToolbox> {
  return testToolbox({ name: 'p', ...options });
}
const HANDSHAKE = ['initialize', 'notifications/initialized', 'tools/list'];

describe('a program of protocol 2025', () => {
  it('that refuses the probe is initialized on the same connection', async () => {
    const { place, lines } = program('refuse');
    await connected({ place });
    expect(lines()).toEqual(['start', 'server/discover', ...HANDSHAKE]);
  });

  it('that ends at the probe is started once more, and one process is left', async () => {
    const { place, lines } = program('exit');
    const before = childCount();
    await connected({ place });
    expect(childCount() - before).toBe(1);
    expect(lines()).toEqual(['start', 'server/discover', 'start', ...HANDSHAKE]);
  });

  it('that ignores the probe is initialized after the time limit', async () => {
    const { place, lines } = program('ignore');
    await connected({ place, connectMs: 2000, clock: WITHOUT_TIMEOUTS });
    expect(lines()).toEqual(['start', 'server/discover', ...HANDSHAKE]);
  });

  it('that starts after the time limit of the probe is connected', async () => {
    const { place, lines } = program('start late', 1500);
    const box = await connected({ place, connectMs: 2500, clock: WITHOUT_TIMEOUTS });
    expect(box.tools).toEqual([]);
    expect(lines().filter((line) => line === 'start')).toHaveLength(1);
  });

  // The real time limit of a probe is 10 s.
  it.runIf(process.env['SOAK'] !== undefined)(
    'that is silent connects within 10.5 s, and one that starts after 15 s connects',
    async () => {
      const began = performance.now();
      await connected({ place: program('ignore').place });
      expect(performance.now() - began).toBeLessThan(10_500);
      await connected({ place: program('start late', 15_000).place });
    },
    60_000,
  );

  it("receives no probe with protocol: '2025'", async () => {
    const { place, lines } = program('exit');
    await connected({ place, protocol: '2025' });
    expect(lines()).toEqual(['start', ...HANDSHAKE]);
  });

  it.each([
    ['refuse', 2],
    ['exit', 3],
  ] as const)('that reacts with %s is not probed by a later process with the store', async (onProbe, at) => {
    const records = memoryRecords();
    const { place, lines } = program(onProbe);
    await (await connected({ place, records })).close();
    const before = lines().length;
    await connected({ place, records });
    expect(lines().slice(before)).toEqual(['start', ...HANDSHAKE]);
    expect(lines().filter((line) => line === 'server/discover')).toHaveLength(1);
    expect(before).toBe(at + HANDSHAKE.length);
  });

  it('that ignores the probe is probed by a later process, because it may have been slow', async () => {
    const records = memoryRecords();
    const { place, lines } = program('ignore');
    await (await connected({ place, records, connectMs: 2000, clock: WITHOUT_TIMEOUTS })).close();
    await connected({ place, records, connectMs: 2000, clock: WITHOUT_TIMEOUTS });
    expect(lines().filter((line) => line === 'server/discover')).toHaveLength(2);
  });
});

it.each(['everything', 'filesystem', 'memory'])('connects server-%s with one process', async (name) => {
  const manifest = require.resolve(`@modelcontextprotocol/server-${name}/package.json`);
  const before = childCount();
  const args = [join(manifest, '../dist/index.js'), ...(name === 'filesystem' ? [tmpdir()] : [])];
  const box = await connected({ place: { command: process.execPath, args } });
  expect(box.tools.length).toBeGreaterThan(5);
  expect(childCount() - before).toBe(1);
});

describe('a server over HTTP', () => {
  it('of July 2026 is used with its protocol by default', async () => {
    const { url, requests } = await modernServer(() => undefined);
    await connected({ place: { url } });
    expect(requests.map(({ method }) => method)).not.toContain('initialize');
  });

  it('of protocol 2025 receives one more request, and none if the store contains its version', async () => {
    const countOf = async (options: Partial<McpOptions>): Promise<number> => {
      const server = rpcServer(({ method, id }) =>
        method === 'server/discover'
          ? Response.json({ jsonrpc: '2.0', id, error: { code: -32_601, message: 'unknown method' } })
          : undefined,
      );
      await connected({ place: server.place, ...options });
      return server.messages.length;
    };
    const records = memoryRecords();
    const fewest = await countOf({ protocol: '2025' });
    expect(await countOf({ records })).toBe(fewest + 1);
    expect(await countOf({ records })).toBe(fewest);
  });

  it("of July 2026 names the remedy with protocol: '2025'", async () => {
    const { url } = await modernOnly();
    expect(await rejection(connected({ place: { url }, protocol: '2025' }))).toMatchObject({
      message: expect.stringContaining("set protocol: 'auto'") as string,
    });
  });

  it('that was upgraded to July 2026 only is probed again', async () => {
    const records = memoryRecords();
    const old = rpcServer();
    let target: typeof fetch = old.place.fetch;
    const place = { url: 'http://x.internal', fetch: ((url, init) => target(url, init)) as typeof fetch };
    await (await connected({ place, records })).close();
    const modern = await modernOnly();
    target = (_url, init) => fetch(modern.url, init);
    await connected({ place, records });
    expect(modern.methods.slice(0, 2)).toEqual(['initialize', 'server/discover']);
  });

  it.each([500, 503])('that answers the probe with %i is initialized', async (status) => {
    const server = rpcServer(({ method }) =>
      method === 'server/discover' ? new Response('no', { status }) : undefined,
    );
    await connected({ place: server.place });
    expect([server.countOf('server/discover'), server.countOf('initialize')]).toEqual([1, 1]);
  });
});

/** Server that refuses the protocol of 2025. */
async function modernOnly() {
  const modern = await modernServer(() => undefined);
  const methods: (string | undefined)[] = [];
  const { url } = await httpServer(async (request) => {
    const body = await request.text();
    const { id, method } = JSON.parse(body || '{}') as { id?: number; method?: string };
    methods.push(method);
    if (method === 'initialize') {
      const data = { supported: ['2026-07-28'] };
      const error = { code: -32_022, message: 'Unsupported protocol version', data };
      return Response.json({ jsonrpc: '2.0', id, error }, { status: 400 });
    }
    const { headers } = request;
    return fetch(modern.url, { method: request.method, headers, ...(body !== '' && { body }) });
  });
  return { url, methods };
}
