import { createAgent, defineTool, suspend } from '@majordomo/agent';
import { createMajordomo, user } from '@majordomo/core';
import { createRedactor } from '@majordomo/redact';
import { createNoopMeter, trace, type Meter, type Span, type Tracer } from '@opentelemetry/api';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { createTelemetry, type Telemetry } from '../src/index.ts';
import { watch } from './support/recording.ts';

const bug = (): never => {
  throw new Error('bug');
};

/** An object of which every member that is called throws. */
const throwing = <T extends object>(): T => new Proxy({}, { get: () => bug }) as T;

const noop = trace.getTracer('noop').startSpan('x');
const spanThat = (member: keyof Span): Span =>
  new Proxy(noop, { get: (span, key) => (key === member ? bug : Reflect.get(span, key)) as unknown });
const tracerOf = (span: Span): Tracer => ({ startSpan: () => span, startActiveSpan: bug });

const turns: readonly Turn[] = [{ toolCalls: [{ name: 'look', args: {} }] }, { fail: 'overloaded' }, 'ok'];
const look = defineTool({
  name: 'look',
  description: 'looks',
  parameters: { type: 'object' },
  run: () => 'seen',
});

async function textOf(telemetry: Telemetry): Promise<string> {
  const fake = fakeProvider({ id: 'f', models: { m: turns } });
  const majordomo = createMajordomo({
    providers: [fake],
    chain: { backoff: { baseMs: 0 } },
    ...telemetry.majordomo,
  });
  const model = majordomo.model('f/m');
  const { text, usage } = await createAgent({ model, tools: [look], ...telemetry.agent('a') }).run('go');
  return `${text} after ${fake.requests.length}, ${usage.input ?? 'unknown'} in`;
}

const members = ['setAttributes', 'addEvent', 'setStatus', 'end', 'isRecording', 'spanContext'] as const;
const guests: readonly (readonly [string, Parameters<typeof createTelemetry>[0]])[] = [
  ['tracer', { tracer: throwing<Tracer>() }],
  ...members.map((member) => [`span in ${member}`, { tracer: tracerOf(spanThat(member)) }] as const),
  ['meter', { meter: throwing<Meter>() }],
  [
    'histogram',
    {
      meter: Object.assign(Object.create(createNoopMeter()) as Meter, {
        createHistogram: () => throwing(),
        createGauge: () => throwing(),
      }),
    },
  ],
  ['redactor', { content: { ...createRedactor(), value: bug } }],
];

it.each(guests)('a %s that throws changes nothing', async (_who, options) => {
  expect(await textOf(createTelemetry(options))).toBe(await textOf(watch()));
});

it('measures though the tracer throws, and traces though the meter does', async () => {
  const measured = watch({ tracer: throwing<Tracer>() });
  await textOf(measured);
  expect((await measured.metrics()).map(({ name }) => name)).toContain('gen_ai.client.operation.duration');
  const traced = watch({ meter: throwing<Meter>() });
  await textOf(traced);
  expect(await traced.spans()).toHaveLength(7);
});

describe('every span ends', () => {
  /** Counts what is begun and ended. */
  function counted() {
    const telemetry = watch();
    let begun = 0;
    const tracer = telemetry.provider.getTracer('counted');
    const counting: Tracer = {
      startSpan: (...args) => {
        begun++;
        return tracer.startSpan(...args);
      },
      startActiveSpan: bug,
    };
    return { telemetry: createTelemetry({ tracer: counting }), ended: telemetry.spans, begun: () => begun };
  }

  const plain = (run: () => unknown) =>
    defineTool({
      name: 'look',
      description: 'looks',
      parameters: { type: 'object' },
      run: run as () => string,
    });

  async function agentOver(run: () => unknown, script: readonly Turn[] = turns) {
    const { telemetry, ended, begun } = counted();
    const majordomo = createMajordomo({
      providers: [fakeProvider({ id: 'f', models: { m: script } })],
      chain: { backoff: { baseMs: 0 } },
      ...telemetry.majordomo,
    });
    const model = majordomo.model('f/m');
    return { agent: createAgent({ model, tools: [plain(run)], ...telemetry.agent('a') }), ended, begun };
  }

  it('of a tool that waits, and of its run', async () => {
    const { agent, ended, begun } = await agentOver(() => suspend({ for: 'a person' }));
    await agent.run('go');
    const spans = await ended();
    expect(spans).toHaveLength(begun());
    const { attributes, status } = spans.find(({ name }) => name === 'execute_tool look') ?? bug();
    expect([attributes['majordomo.suspended'], status.code]).toEqual([true, 0]);
    const run = spans.find(({ name }) => name === 'invoke_agent a');
    expect([run?.attributes['majordomo.done'], run?.status.code]).toEqual(['waiting', 0]);
  });

  it('of a tool that hangs when the run is aborted', async () => {
    const ending = new AbortController();
    const { agent, ended, begun } = await agentOver(() => {
      ending.abort();
      return new Promise(() => undefined);
    });
    await agent.run('go', { signal: ending.signal }).catch(() => undefined);
    const spans = await ended();
    expect(spans).toHaveLength(begun());
    expect(spans.map(({ name, attributes }) => [name, attributes['error.type']])).toContainEqual([
      'execute_tool look',
      'aborted',
    ]);
  });

  it('of a run whose reader leaves, and that is no failure', async () => {
    const { agent, ended, begun } = await agentOver(() => 'seen');
    for await (const event of agent.stream('go')) if (event.type === 'tool-start') break;
    await new Promise(setImmediate);
    const spans = await ended();
    expect(spans).toHaveLength(begun());
    expect(spans.map(({ status }) => status.code)).not.toContain(2);
  });

  it('of 10,000 calls that end in every way, of which nothing is left', async () => {
    const { telemetry, ended, begun } = counted();
    const script = (): Turn => SCRIPT[made++ % SCRIPT.length] ?? 'ok';
    const SCRIPT: readonly Turn[] = [
      'ok',
      { fail: 'overloaded' },
      { fail: 'auth' },
      { fail: 'server', after: 'some' },
    ];
    let made = 0;
    const fake = fakeProvider({ id: 'f', models: { m: Array.from({ length: 30_000 }, () => script) } });
    const majordomo = createMajordomo({
      providers: [fake],
      chain: { backoff: { baseMs: 0 } },
      health: { threshold: 1_000_000 },
      ...telemetry.majordomo,
    });
    const model = majordomo.model('f/m');
    for (let n = 0; n < 10_000; n++) {
      const request = { messages: [user('hi')] };
      if (n % 3 > 0) await model.generate(request).catch(() => undefined);
      else {
        try {
          for await (const event of model.stream(request))
            if (n % 2 === 0 && event.type === 'text-delta') break;
        } catch {
          // It failed, which is one of the ways.
        }
      }
    }
    await new Promise(setImmediate);
    const spans = await ended();
    expect(spans).toHaveLength(begun());
    expect(spans.filter(({ name }) => name === 'majordomo.call f/m')).toHaveLength(10_000);
  }, 60_000);
});

it('begins no span of an attempt where nobody hands it the events that would end it', async () => {
  const telemetry = watch();
  const fake = fakeProvider({ id: 'f', models: { m: ['ok'] } });
  const { around } = telemetry.majordomo;
  await createMajordomo({ providers: [fake], around })
    .model('f/m')
    .generate({ messages: [user('hi')] });
  expect(await telemetry.spans()).toEqual([]);
});

it('does next to nothing without an SDK: one span is asked for, and its children are not', async () => {
  const noop = trace.getTracer('none');
  let requestCount = 0;
  const tracer: Tracer = {
    startSpan: (...args) => {
      requestCount++;
      return noop.startSpan(...args);
    },
    startActiveSpan: bug,
  };
  expect(await textOf(createTelemetry({ tracer, meter: createNoopMeter() }))).toBe(await textOf(watch()));
  // A run, its two calls, and its tool.
  expect(requestCount).toBe(4);
});
