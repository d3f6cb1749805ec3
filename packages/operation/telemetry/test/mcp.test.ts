import { createAgent, defineTool } from '@majordomo/agent';
import { createMajordomo } from '@majordomo/core';
import { createGateway } from '@majordomo/gateway';
import { connectMcp, serveMcp, type McpToolbox } from '@majordomo/mcp';
import { mcpGateway } from '@majordomo/mcp-gateway';
import { fakeProvider } from '@majordomo/testing';
import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { describe, expect, it, onTestFinished } from 'vitest';
import { watch, type RecordedSpan, type Watch } from './support/recording.ts';

const parameters = { type: 'object' } as const;
const tools = [
  defineTool({ name: 'look', description: 'Looks', parameters, run: () => 'seen' }),
  defineTool({
    name: 'break',
    description: 'Breaks',
    parameters,
    run: () => Promise.reject(new Error('broken')),
  }),
];

const prompts = [{ name: 'greet', arguments: [{ name: 'who', required: true }], messages: () => 'Hello' }];

/** Connects to a server of this process. `telemetry` observes both sides. */
async function connect(telemetry: Watch): Promise<McpToolbox> {
  const server = serveMcp({ name: 'sky', version: '1.0.0', tools, prompts, around: telemetry.mcp });
  const fetch = (input: string | URL | Request, init?: RequestInit): Promise<Response> =>
    server.fetch(new Request(input, init));
  const place = { url: 'http://localhost/mcp', fetch };
  const box = await connectMcp({ name: 'm', prefix: '', place, around: telemetry.mcp });
  onTestFinished(() => box.close());
  return box;
}

const call = (box: McpToolbox, name: string): Promise<unknown> => {
  const { signal } = new AbortController();
  const tool = box.tools.find((one) => one.name === name);
  return Promise.resolve(
    tool?.run({} as never, { signal, callId: 'c', key: 'k', options: {}, depth: 0 } as never),
  );
};

const named = (spans: readonly RecordedSpan[], name: string, kind?: SpanKind): RecordedSpan => {
  const found = spans.filter((span) => span.name === name && (kind === undefined || span.kind === kind));
  expect(found, name).toHaveLength(1);
  return found[0] as RecordedSpan;
};

describe('telemetry.mcp', () => {
  it('continues one trace from a model call through a tool of another process to a call there', async () => {
    const telemetry = watch({ convention: '0.1' });
    const script = new URL('support/serving-process.ts', import.meta.url).pathname;
    await using box = await connectMcp({
      name: 'sky',
      place: { command: process.execPath, args: [script] },
      around: telemetry.mcp,
    });
    const turns = [{ toolCalls: [{ name: 'sky_weather', args: {} }] }, 'It rains.'];
    const fake = fakeProvider({ id: 'f', models: { m: turns } });
    const model = createMajordomo({ providers: [fake], ...telemetry.majordomo }).model('f/m');
    const agent = createAgent({ model, toolboxes: [box], ...telemetry.agent('support') });
    expect((await agent.run('How is the weather?')).text).toBe('It rains.');
    const spans = await telemetry.spans();
    const [part] = (await call(box, 'sky_spans')) as readonly { readonly text: string }[];
    const served = JSON.parse(part?.text ?? '[]') as readonly RecordedSpan[];

    const run = named(spans, 'invoke_agent support');
    const tool = named(spans, 'execute_tool sky_weather');
    const server = named(served, 'tools/call weather', SpanKind.SERVER);
    const inner = named(served, 'majordomo.call f/m');
    const chat = named(served, 'chat m');
    expect(tool).toMatchObject({ parent: run.id, trace: run.trace });
    expect(server).toMatchObject({ parent: tool.id, trace: run.trace });
    expect(inner).toMatchObject({ parent: server.id, trace: run.trace });
    expect(chat).toMatchObject({ parent: inner.id, trace: run.trace });
    expect(spans.filter(({ name }) => name.startsWith('tools/call'))).toEqual([]);
    expect(tool.attributes).toMatchObject({
      'gen_ai.tool.name': 'sky_weather',
      'mcp.method.name': 'tools/call',
      'mcp.protocol.version': '2026-07-28',
      'network.transport': 'pipe',
      'jsonrpc.request.id': expect.any(String) as string,
    });
    expect(server.attributes).toEqual({
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'weather',
      'jsonrpc.request.id': tool.attributes['jsonrpc.request.id'],
      'majordomo.mcp.server': 'sky',
      'mcp.method.name': 'tools/call',
      'mcp.protocol.version': '2026-07-28',
      'network.transport': 'pipe',
    });
  });

  it('creates a client span for a call outside of an agent, which is the parent of the server span', async () => {
    const telemetry = watch();
    await call(await connect(telemetry), 'look');
    const spans = await telemetry.spans();
    const client = named(spans, 'tools/call look', SpanKind.CLIENT);
    expect(named(spans, 'tools/call look', SpanKind.SERVER)).toMatchObject({ parent: client.id, links: [] });
    expect(client.attributes).toMatchObject({
      'gen_ai.tool.name': 'look',
      'gen_ai.operation.name': 'execute_tool',
      'network.transport': 'tcp',
    });
    named(spans, 'tools/list', SpanKind.CLIENT);
  });

  it.each(['2025', undefined] as const)(
    'continues the trace of a client of protocol %s through the gateway to the server',
    async (protocol) => {
      const telemetry = watch();
      const server = serveMcp({ name: 'sky', version: '1.0.0', tools, prompts, around: telemetry.mcp });
      const place = {
        url: 'http://localhost/mcp',
        fetch: (input: string | URL | Request, init?: RequestInit) => server.fetch(new Request(input, init)),
      };
      await using mcp = mcpGateway({ servers: { sky: { ...place, protocol } }, around: telemetry.mcp });
      const gateway = createGateway({
        majordomo: createMajordomo({ providers: [] }),
        models: {},
        authorize: () => ({ key: 'ann' }),
        mcp,
      });
      await using box = await connectMcp({
        name: 'company',
        prefix: '',
        protocol,
        place: {
          url: 'http://localhost/mcp',
          fetch: (input, init) => gateway.fetch(new Request(input, init)),
        },
        around: telemetry.mcp,
      });
      await call(box, 'sky__look');
      await call(box, 'sky__break').catch(() => undefined);
      const spans = await telemetry.spans();
      const outer = named(spans, 'tools/call sky__look', SpanKind.CLIENT);
      const served = named(spans, 'tools/call sky__look', SpanKind.SERVER);
      const sent = named(spans, 'tools/call look', SpanKind.CLIENT);
      const inner = named(spans, 'tools/call look', SpanKind.SERVER);
      expect([served.parent, sent.parent, inner.parent]).toEqual([outer.id, served.id, sent.id]);
      expect(new Set([outer, served, sent, inner].map((span) => span.trace)).size).toBe(1);
      expect(sent.attributes).toMatchObject({
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'look',
        'majordomo.mcp.server': 'sky',
        'mcp.method.name': 'tools/call',
        'network.transport': 'tcp',
      });
      expect(served.attributes).not.toHaveProperty('majordomo.mcp.server');
      for (const name of ['tools/call sky__break', 'tools/call break'])
        expect(named(spans, name, SpanKind.CLIENT).attributes['error.type']).toBe('tool_error');
    },
  );

  it('links the server span to the span of HTTP', async () => {
    const telemetry = watch();
    const box = await connect(telemetry);
    const http = telemetry.provider.getTracer('http').startSpan('POST');
    const { around } = telemetry.agent('support');
    await around({ type: 'run', runId: 'r' }, () =>
      // The transport of this process sends the request in the context of the caller, as an instrumentation of HTTP would.
      context.with(trace.setSpan(ROOT_CONTEXT, http), () => call(box, 'look')),
    );
    http.end();
    const server = named(await telemetry.spans(), 'tools/call look', SpanKind.SERVER);
    expect(server.links).toEqual([http.spanContext().spanId]);
  });

  it('reports an error result as tool_error, and an error of JSON-RPC with its code, on both sides', async () => {
    const telemetry = watch();
    const box = await connect(telemetry);
    await call(box, 'break').catch(() => undefined);
    await box.prompt('greet').catch(() => undefined);
    const spans = await telemetry.spans();
    for (const kind of [SpanKind.CLIENT, SpanKind.SERVER]) {
      const broken = named(spans, 'tools/call break', kind);
      expect(broken.attributes['error.type']).toBe('tool_error');
      expect(broken.status.code).toBe(SpanStatusCode.ERROR);
      expect(named(spans, 'prompts/get greet', kind).attributes).toMatchObject({
        'error.type': '-32602',
        'rpc.response.status_code': '-32602',
      });
    }
  });

  it('records the duration of requests on both sides', async () => {
    const telemetry = watch();
    await call(await connect(telemetry), 'look');
    const metrics = (await telemetry.metrics()).filter(
      ({ name, attributes }) => name.startsWith('mcp.') && attributes['gen_ai.tool.name'] === 'look',
    );
    expect(metrics.map(({ name, unit }) => [name, unit])).toEqual([
      ['mcp.client.operation.duration', 's'],
      ['mcp.server.operation.duration', 's'],
    ]);
    expect(metrics[0]?.attributes).toEqual({
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'look',
      'mcp.method.name': 'tools/call',
      'mcp.protocol.version': '2026-07-28',
      'network.transport': 'tcp',
    });
    expect(metrics[0]?.value).toMatchObject({
      count: 1,
      buckets: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300],
    });
  });
});
