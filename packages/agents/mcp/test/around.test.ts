import { defineTool } from '@majordomo/agent';
import type { JsonObject } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import {
  serveMcp,
  type McpAround,
  type McpOptions,
  type McpRequestInfo,
  type McpToolbox,
} from '../src/index.ts';
import { httpServer } from './support/http-server.ts';
import { rejection, testToolbox, until } from './support/world.ts';

/** Request that a wrapper observed, with its outcome. */
interface Observed extends McpRequestInfo {
  readonly outcome: Promise<unknown>;
}

/** Returns a wrapper that records requests, and adds `meta` to them. */
function recorder(meta?: JsonObject) {
  const observed: Observed[] = [];
  const around: McpAround = (request, run) => {
    const running = run(meta);
    observed.push({
      ...request,
      outcome: running.catch((error: unknown) => ({ code: Reflect.get(error as object, 'code') ?? error })),
    });
    return running;
  };
  return { around, observed };
}

const parameters = { type: 'object' } as const;
let hanging: (() => void) | undefined;
const tools = [
  defineTool({ name: 'look', description: 'Looks', parameters, run: () => 'seen' }),
  defineTool({
    name: 'hang',
    description: 'Hangs',
    parameters,
    run: (_args, { signal }) =>
      new Promise<string>((_resolve, reject) => {
        hanging?.();
        signal.addEventListener('abort', () => {
          reject(new Error('aborted'));
        });
      }),
  }),
];
const prompts = [{ name: 'greet', messages: () => 'Hello' }];
const resources = [{ uri: 'note://1', name: 'note', mediaType: 'text/plain', read: () => 'text' }];

/** Connects to a server of this process over HTTP. */
async function connect(around: McpAround, serverAround?: McpAround, options: Partial<McpOptions> = {}) {
  const server = serveMcp({
    name: 'sky',
    version: '1.0.0',
    tools,
    prompts,
    resources,
    around: serverAround,
  });
  const { url } = await httpServer((request) => server.fetch(request));
  return testToolbox({ name: 'm', prefix: '', place: { url }, around, ...options });
}

const run = (box: McpToolbox, name: string, signal = new AbortController().signal): Promise<unknown> =>
  Promise.resolve(
    box.tools
      .find((tool) => tool.name === name)
      ?.run({} as never, { signal, callId: 'c', key: 'k', options: {}, depth: 0 } as never),
  );

const methods = (observed: readonly Observed[]): readonly string[] => observed.map(({ method }) => method);

describe('around', () => {
  it.each<[string, () => unknown]>([
    ['contains a BigInt', () => ({ size: 10n })],
    [
      'contains itself',
      () => {
        const meta: Record<string, unknown> = {};
        meta['self'] = meta;
        return meta;
      },
    ],
    ['is a function', () => () => 'meta'],
  ])('does not affect the request if `meta` %s', async (_what, create) => {
    const around: McpAround = (_request, send) => send(create() as JsonObject);
    const box = await connect(around);
    expect(await run(box, 'look')).toEqual([{ type: 'text', text: 'seen' }]);
  });

  it('receives each request of the client with its target, version and id', async () => {
    const { around, observed } = recorder();
    const box = await connect(around);
    await run(box, 'look');
    await box.prompt('greet');
    await box.readResource('note://1');
    expect(methods(observed)).toEqual(['tools/list', 'tools/call', 'prompts/get', 'resources/read']);
    const [, call, prompt, resource] = observed;
    const common = { side: 'client', server: 'm', transport: 'tcp', protocolVersion: '2026-07-28' };
    expect(call).toMatchObject({ ...common, tool: 'look' });
    expect(prompt).toMatchObject({ ...common, prompt: 'greet' });
    expect(resource).toMatchObject({ ...common, uri: 'note://1' });
    expect(new Set(observed.map(({ id }) => id)).size).toBe(observed.length);
    expect(await call?.outcome).toMatchObject({ content: [{ type: 'text', text: 'seen' }] });
  });

  it('receives each request of the server with the members that the client added to _meta', async () => {
    const { observed, around } = recorder();
    const box = await connect(recorder({ traceparent: '00-a-b-01' }).around, around);
    await run(box, 'look');
    expect(methods(observed)).toEqual(['server/discover', 'tools/list', 'tools/call']);
    expect(observed[2]).toMatchObject({
      side: 'server',
      server: 'sky',
      tool: 'look',
      transport: 'tcp',
      protocolVersion: '2026-07-28',
      meta: { traceparent: '00-a-b-01' },
    });
  });

  it('receives the version of a client of protocol 2025', async () => {
    const { around, observed } = recorder();
    const box = await connect(around, undefined, { protocol: '2025' });
    await run(box, 'look');
    expect(methods(observed)).toEqual(['initialize', 'tools/list', 'tools/call']);
    expect(observed.map(({ protocolVersion }) => protocolVersion?.slice(0, 4))).toEqual([
      undefined,
      '2025',
      '2025',
    ]);
  });

  it('receives the code of an error of JSON-RPC on both sides', async () => {
    const client = recorder();
    const server = recorder();
    const box = await connect(client.around, server.around);
    await rejection(box.prompt('unknown'));
    expect(await client.observed.at(-1)?.outcome).toEqual({ code: -32_602 });
    expect(await server.observed.at(-1)?.outcome).toEqual({ code: -32_602 });
  });

  it.each(['2025', 'auto'] as const)('receives the abort of a call with protocol %s', async (protocol) => {
    const { around, observed } = recorder();
    const box = await connect(around, undefined, { protocol });
    const controller = new AbortController();
    const started = new Promise<void>((resolve) => {
      hanging = resolve;
    });
    const outcome = rejection(run(box, 'hang', controller.signal));
    await started;
    controller.abort();
    await outcome;
    await until(() => observed.some(({ tool }) => tool === 'hang'));
    expect(await observed.find(({ tool }) => tool === 'hang')?.outcome).toMatchObject({
      code: { kind: 'aborted' },
    });
  });

  it.each<[string, McpAround]>([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
    ['runs nothing', () => new Promise(() => undefined)],
    ['runs twice', (_request, again) => again().then(() => again())],
  ])('that %s does not affect requests', async (_name, around) => {
    const box = await connect(around, around);
    expect(await run(box, 'look')).toEqual([{ type: 'text', text: 'seen' }]);
  });
});
