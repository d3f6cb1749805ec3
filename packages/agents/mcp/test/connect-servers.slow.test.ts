import { LlmError } from '@majordomo/core';
import { memoryRecords } from '@majordomo/records';
import { describe, expect, it } from 'vitest';
import { connectMcpServers, serveMcp, type McpOptions, type McpServers } from '../src/index.ts';
import { placeOf } from './support/in-process.ts';
import {
  closing,
  countingClock,
  hostile,
  isAlive,
  rejection,
  testFolder,
  testToolbox,
  until,
  world,
} from './support/world.ts';
import { join } from 'node:path';
import { existsSync, readFileSync } from 'node:fs';

const server = (name: string, env: Record<string, string> = {}): McpOptions => ({
  name,
  place: hostile(env),
});
const absent = (name: string): McpOptions => ({
  name,
  place: { url: `http://${name}.internal/mcp`, fetch: () => Promise.reject(new TypeError('fetch failed')) },
});

async function connected(
  servers: readonly McpOptions[],
  options?: Parameters<typeof connectMcpServers>[1],
): Promise<McpServers> {
  return closing(await connectMcpServers(servers, options));
}

const pidIn = (log: string): number =>
  Number(existsSync(log) ? /^pid (\d+)$/m.exec(readFileSync(log, 'utf8'))?.[1] : Number.NaN);

describe('servers that are connected together', () => {
  it('are toolboxes in the order given, and failures with names', async () => {
    const { toolboxes, failures } = await connected([server('a'), absent('b'), server('c'), absent('d')]);
    expect(toolboxes.map(({ name }) => name)).toEqual(['a', 'c']);
    expect(failures.map(({ name }) => name)).toEqual(['b', 'd']);
    expect(failures[0]?.error).toMatchObject({
      kind: 'network',
      message: expect.stringContaining('mcp "b"') as string,
    });
  });

  it('are disconnected with `required` if one fails', async () => {
    const log = join(testFolder(), 'log');
    let isConnected = false;
    const first: McpOptions = {
      ...server('a', { LOG: log }),
      records: {
        ...memoryRecords(),
        write: () => ((isConnected = true), Promise.resolve([1])),
      },
    };
    const failing: McpOptions = {
      name: 'late',
      place: {
        url: 'http://late.internal/mcp',
        fetch: async () => {
          // The list of tools is stored last.
          await until(() => isConnected);
          await new Promise((resolve) => setTimeout(resolve, 10));
          throw new TypeError('fetch failed');
        },
      },
    };
    expect(await rejection(connectMcpServers([first, failing], { required: true }))).toMatchObject({
      kind: 'network',
    });
    await until(() => !isAlive(pidIn(log)));
  });

  it('are all closed by close()', async () => {
    const log = join(testFolder(), 'log');
    const all = await connected([server('a', { LOG: log }), server('b', { LOG: `${log}2` })]);
    const pids = [pidIn(log), pidIn(`${log}2`)];
    expect(pids.every(isAlive)).toBe(true);
    await all.close();
    await until(() => !pids.some(isAlive));
  });

  it('are opened at most `concurrency` at a time', async () => {
    let open = 0;
    let most = 0;
    const slow = (name: string): McpOptions => ({
      name,
      place: {
        url: `http://${name}.internal/mcp`,
        fetch: async () => {
          open += 1;
          most = Math.max(most, open);
          await new Promise((resolve) => setImmediate(resolve));
          open -= 1;
          throw new TypeError('fetch failed');
        },
      },
    });
    const { failures } = await connected(['a', 'b', 'c', 'd', 'e'].map(slow), { concurrency: 2 });
    expect(failures).toHaveLength(5);
    expect(most).toBe(2);
  });

  it('reject invalid options before any is started', async () => {
    const log = join(testFolder(), 'log');
    const error = await rejection(
      connectMcpServers([server('a', { LOG: log }), { ...absent('b'), retries: -1 }]),
    );
    expect(error).toMatchObject({ kind: 'config', details: { path: 'retries' } });
    expect(existsSync(log)).toBe(false);
    expect(await rejection(connectMcpServers([], { concurrency: 0 }))).toMatchObject({ kind: 'config' });
  });

  it('of the same name are rejected before any is started', async () => {
    const log = join(testFolder(), 'log');
    const error = await rejection(connectMcpServers([server('a', { LOG: log }), absent('b'), absent('a')]));
    expect(error).toMatchObject({
      kind: 'config',
      message: 'connectMcpServers: servers[2].name: two servers are named "a"; use unique names',
      details: { path: 'servers[2].name' },
    });
    expect(existsSync(log)).toBe(false);
  });

  it('reject when the signal aborts, and end those that were started', async () => {
    const log = join(testFolder(), 'log');
    const controller = new AbortController();
    const outcome = rejection(
      connectMcpServers([server('a', { LOG: log }), server('b', { MODE: 'mute' })], {
        signal: controller.signal,
      }),
    );
    await until(() => Number.isInteger(pidIn(log)));
    controller.abort();
    expect(await outcome).toMatchObject({ kind: 'aborted' });
    await until(() => !isAlive(pidIn(log)));
  });
});

it.each<[object, string]>([
  [{ concurrency: 0 }, 'concurrency must be a number of 1 or more, not 0'],
  [{ required: 5 }, 'required must be a boolean, not a number'],
  [{ signal: {} }, 'signal must be an object with addEventListener, not one without'],
])('connectMcpServers rejects the options %j', async (options, problem) => {
  expect(await rejection(connectMcpServers([], options))).toMatchObject({
    kind: 'config',
    message: `connectMcpServers: ${problem}`,
  });
  expect((await connected([], { concurrency: 1, required: true })).toolboxes).toEqual([]);
});

describe('servers that do not respond', () => {
  const mute = (name: string, signal?: AbortSignal): McpOptions => ({
    name,
    place: { url: `http://${name}.internal/mcp`, fetch: () => new Promise(() => undefined) },
    ...(signal === undefined ? {} : { signal }),
  });

  it('are ended by the signal of the call, also if they have a signal', async () => {
    const controller = new AbortController();
    const servers = [mute('a'), mute('b', new AbortController().signal)];
    const outcome = rejection(connectMcpServers(servers, { signal: controller.signal }));
    controller.abort(new Error('enough'));
    expect(await outcome).toMatchObject({
      kind: 'aborted',
      message: 'connectMcpServers was aborted: enough',
      cause: { message: 'enough' },
    });
  });

  it('are ended by their signals', async () => {
    const { failures } = await connected([mute('a', AbortSignal.abort('stop'))]);
    expect(failures).toMatchObject([{ name: 'a', error: { kind: 'aborted', cause: 'stop' } }]);
  });

  it('are ended with the reason of the signal if it is an error of this library', async () => {
    const reason = new LlmError('timeout', 'too late');
    const outcome = rejection(connectMcpServers([mute('a')], { signal: AbortSignal.abort(reason) }));
    expect(await outcome).toBe(reason);
  });
});

describe('new names of tools', () => {
  it.each<[string, McpOptions['rename']]>([
    ['a record', { look: 'see', absent: 'x' }],
    ['a function', (name) => (name === 'look' ? 'see' : name)],
  ])('from %s come before the prefix', async (_what, rename) => {
    const { box, run, notes } = await world({ only: ['look', 'echo'], rename });
    expect(box.tools.map(({ name }) => name)).toEqual(['h_see', 'h_echo']);
    expect(await run('see')).toEqual([{ type: 'text', text: 'seen' }]);
    expect(notes()).toContain('call look');
  });

  it.each<[RegExp, McpOptions['rename']]>([
    [/"look" and "echo" have the same new name "one"/, () => 'one'],
    [/"look" and "echo" have the same new name "echo"/, { look: 'echo' }],
    [/the new name of "look"/, { look: '' }],
    [/the new name of "look"/, () => 7 as never],
  ])('that are invalid are rejected: %s', async (message, rename) => {
    const error = await rejection(world({ only: ['look', 'echo'], rename }));
    expect(error).toMatchObject({
      kind: 'config',
      details: { path: 'rename' },
      message: expect.stringMatching(message) as string,
    });
  });
});

describe('calls above `concurrency`', () => {
  it('wait, and their time limits begin when they are sent', async () => {
    const clock = countingClock();
    const { run, notes } = await world({ concurrency: 1, timeoutMs: 300, clock });
    const first = rejection(run('hang'));
    await until(() => notes().includes('call hang'));
    const second = run('look');
    await clock.advance(300);
    expect(await first).toMatchObject({ kind: 'timeout' });
    expect(await second).toEqual([{ type: 'text', text: 'seen' }]);
  });

  it('end with their signal, and take no slot', async () => {
    const { run, notes } = await world({ concurrency: 1 });
    const holding = new AbortController();
    const first = rejection(run('hang', {}, { signal: holding.signal }));
    await until(() => notes().includes('call hang'));
    const waiting = new AbortController();
    const second = rejection(run('echo', {}, { signal: waiting.signal }));
    const third = run('look');
    waiting.abort();
    expect(await second).toMatchObject({ kind: 'aborted' });
    holding.abort();
    await first;
    expect(await third).toEqual([{ type: 'text', text: 'seen' }]);
    expect(await run('look')).toEqual([{ type: 'text', text: 'seen' }]);
    expect(notes()).not.toContain('call echo');
  });

  it('run at the same time up to the limit', async () => {
    const { run, notes } = await world({ concurrency: 2 });
    const controller = new AbortController();
    const calls = [1, 2, 3].map(() => rejection(run('hang', {}, { signal: controller.signal })));
    await until(() => notes().filter((note) => note === 'call hang').length === 2);
    controller.abort();
    await Promise.all(calls);
    await run('look');
    expect(notes().filter((note) => note === 'call hang')).toHaveLength(2);
  });
});

it('instructions of a server are available after connecting, up to 20,000 characters', async () => {
  const connect = async (instructions: string | undefined) => {
    const serving = serveMcp({ name: 'x', version: '1', tools: [], instructions });
    const box = await testToolbox({
      name: 'x',
      place: placeOf(serving),
    });
    return box.instructions;
  };
  expect(await connect('Water first.')).toBe('Water first.');
  expect(await connect(undefined)).toBeUndefined();
  expect(await connect('x'.repeat(30_000))).toHaveLength(20_000);
});
