import { createAgent, defineTool, suspend } from '@majordomo/agent';
import { createMajordomo, user } from '@majordomo/core';
import { createRedactor } from '@majordomo/redact';
import { createNoopMeter, trace, type Meter, type Span, type Tracer } from '@opentelemetry/api';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { createTelemetry, type Telemetry } from '../src/index.ts';
import { watch } from './support/recording.ts';

/** Number of calls. With SOAK=1, as in the nightly run, 10,000. */
const CALLS = process.env['SOAK'] === undefined ? 200 : 10_000;

const throwError = (): never => {
  throw new Error('bug');
};

/** Creates an object whose methods all throw. */
const throwingObject = <T extends object>(): T => new Proxy({}, { get: () => throwError }) as T;

const noop = trace.getTracer('noop').startSpan('x');
const spanThatThrowsIn = (member: keyof Span): Span =>
  new Proxy(noop, { get: (span, key) => (key === member ? throwError : Reflect.get(span, key)) as unknown });
const tracerOf = (span: Span): Tracer => ({ startSpan: () => span, startActiveSpan: throwError });

const turns: readonly Turn[] = [{ toolCalls: [{ name: 'look', args: {} }] }, { fail: 'overloaded' }, 'ok'];
const lookTool = defineTool({
  name: 'look',
  description: 'looks',
  parameters: { type: 'object' },
  run: () => 'found',
});

async function textOf(telemetry: Telemetry): Promise<string> {
  const fake = fakeProvider({ id: 'f', models: { m: turns } });
  const majordomo = createMajordomo({
    providers: [fake],
    chain: { backoff: { baseMs: 0 } },
    ...telemetry.majordomo,
  });
  const model = majordomo.model('f/m');
  const { text, usage } = await createAgent({ model, tools: [lookTool], ...telemetry.agent('a') }).run('go');
  return `${text} after ${fake.requests.length}, ${usage.input ?? 'unknown'} in`;
}

const members = ['setAttributes', 'addEvent', 'setStatus', 'end', 'isRecording', 'spanContext'] as const;
const throwingOptions: readonly (readonly [string, Parameters<typeof createTelemetry>[0]])[] = [
  ['tracer', { tracer: throwingObject<Tracer>() }],
  ...members.map((member) => [`span in ${member}`, { tracer: tracerOf(spanThatThrowsIn(member)) }] as const),
  ['meter', { meter: throwingObject<Meter>() }],
  [
    'histogram',
    {
      meter: Object.assign(Object.create(createNoopMeter()) as Meter, {
        createHistogram: () => throwingObject(),
        createGauge: () => throwingObject(),
      }),
    },
  ],
  ['redactor', { content: { ...createRedactor(), value: throwError } }],
];

it.each(throwingOptions)('a %s that throws does not change the result', async (_name, options) => {
  expect(await textOf(createTelemetry(options))).toBe(await textOf(watch()));
});

it('measures if the tracer throws, and traces if the meter throws', async () => {
  const measured = watch({ tracer: throwingObject<Tracer>() });
  await textOf(measured);
  expect((await measured.metrics()).map(({ name }) => name)).toContain('gen_ai.client.operation.duration');
  const traced = watch({ meter: throwingObject<Meter>() });
  await textOf(traced);
  expect(await traced.spans()).toHaveLength(7);
});

describe('every span that starts also ends', () => {
  /** Creates telemetry that counts started spans. */
  function countingTelemetry() {
    const telemetry = watch();
    let startedCount = 0;
    const tracer = telemetry.provider.getTracer('counted');
    const countingTracer: Tracer = {
      startSpan: (...args) => {
        startedCount++;
        return tracer.startSpan(...args);
      },
      startActiveSpan: throwError,
    };
    return {
      telemetry: createTelemetry({ tracer: countingTracer }),
      endedSpans: telemetry.spans,
      startedCount: () => startedCount,
    };
  }

  const lookToolWith = (run: () => unknown) =>
    defineTool({
      name: 'look',
      description: 'looks',
      parameters: { type: 'object' },
      run: run as () => string,
    });

  async function agentOver(run: () => unknown, script: readonly Turn[] = turns) {
    const { telemetry, endedSpans, startedCount } = countingTelemetry();
    const majordomo = createMajordomo({
      providers: [fakeProvider({ id: 'f', models: { m: script } })],
      chain: { backoff: { baseMs: 0 } },
      ...telemetry.majordomo,
    });
    const model = majordomo.model('f/m');
    return {
      agent: createAgent({ model, tools: [lookToolWith(run)], ...telemetry.agent('a') }),
      endedSpans,
      startedCount,
    };
  }

  it('for a suspended tool and its run', async () => {
    const { agent, endedSpans, startedCount } = await agentOver(() => suspend({ for: 'a person' }));
    await agent.run('go');
    const spans = await endedSpans();
    expect(spans).toHaveLength(startedCount());
    const { attributes, status } = spans.find(({ name }) => name === 'execute_tool look') ?? throwError();
    expect([attributes['majordomo.suspended'], status.code]).toEqual([true, 0]);
    const run = spans.find(({ name }) => name === 'invoke_agent a');
    expect([run?.attributes['majordomo.done'], run?.status.code]).toEqual(['waiting', 0]);
  });

  it('for a tool that hangs while its run is aborted', async () => {
    const controller = new AbortController();
    const { agent, endedSpans, startedCount } = await agentOver(() => {
      controller.abort();
      return new Promise(() => undefined);
    });
    await agent.run('go', { signal: controller.signal }).catch(() => undefined);
    const spans = await endedSpans();
    expect(spans).toHaveLength(startedCount());
    expect(spans.map(({ name, attributes }) => [name, attributes['error.type']])).toContainEqual([
      'execute_tool look',
      'aborted',
    ]);
  });

  it('for a run whose consumer stops reading, without an error status', async () => {
    const { agent, endedSpans, startedCount } = await agentOver(() => 'found');
    for await (const event of agent.stream('go')) if (event.type === 'tool-start') break;
    await new Promise(setImmediate);
    const spans = await endedSpans();
    expect(spans).toHaveLength(startedCount());
    expect(spans.map(({ status }) => status.code)).not.toContain(2);
  });

  it(`for ${CALLS} calls that succeed, fail or are abandoned`, async () => {
    const { telemetry, endedSpans, startedCount } = countingTelemetry();
    const script = (): Turn => SCRIPT[requestIndex++ % SCRIPT.length] ?? 'ok';
    const SCRIPT: readonly Turn[] = [
      'ok',
      { fail: 'overloaded' },
      { fail: 'auth' },
      { fail: 'server', after: 'some' },
    ];
    let requestIndex = 0;
    const fake = fakeProvider({ id: 'f', models: { m: Array.from({ length: 30_000 }, () => script) } });
    const majordomo = createMajordomo({
      providers: [fake],
      chain: { backoff: { baseMs: 0 } },
      health: { threshold: 1_000_000 },
      ...telemetry.majordomo,
    });
    const model = majordomo.model('f/m');
    for (let n = 0; n < CALLS; n++) {
      const request = { messages: [user('hi')] };
      if (n % 3 > 0) await model.generate(request).catch(() => undefined);
      else {
        try {
          for await (const event of model.stream(request))
            if (n % 2 === 0 && event.type === 'text-delta') break;
        } catch {
          // Some of the streams fail.
        }
      }
    }
    await new Promise(setImmediate);
    const spans = await endedSpans();
    expect(spans).toHaveLength(startedCount());
    expect(spans.filter(({ name }) => name === 'majordomo.call f/m')).toHaveLength(CALLS);
  }, 60_000);
});

it('starts no span for an attempt without onEvent, which would end the span', async () => {
  const telemetry = watch();
  const fake = fakeProvider({ id: 'f', models: { m: ['ok'] } });
  const { around } = telemetry.majordomo;
  await createMajordomo({ providers: [fake], around })
    .model('f/m')
    .generate({ messages: [user('hi')] });
  expect(await telemetry.spans()).toEqual([]);
});

it('starts only one span for each call, run and tool without an SDK', async () => {
  const noop = trace.getTracer('none');
  let requestCount = 0;
  const tracer: Tracer = {
    startSpan: (...args) => {
      requestCount++;
      return noop.startSpan(...args);
    },
    startActiveSpan: throwError,
  };
  expect(await textOf(createTelemetry({ tracer, meter: createNoopMeter() }))).toBe(await textOf(watch()));
  // A run, its two calls, and its tool.
  expect(requestCount).toBe(4);
});
