// Compares the time per call without telemetry, with convention 2026-08 and with 0.1, in alternating rounds of one process:
// calls of OpenAI's SDK over HTTP to 127.0.0.1, and calls of a fake model without network. Spans and metrics are recorded by a real SDK.
// Usage: node scripts/conventions.mjs [rounds]
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { openaiChat, startWireServer } from '@majordomo/conformance';
import { createMajordomo, user } from '@majordomo/core';
import { createOpenAI } from '@majordomo/provider-openai';
import { createTelemetry } from '@majordomo/telemetry';
import { fakeProvider } from '@majordomo/testing';

const ROUNDS = Number(process.argv[2] ?? 60);
const CONVENTIONS = [undefined, '2026-08', '0.1'];
const MAX_TURNS = 2_000_000;

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

const server = await startWireServer({ wire: openaiChat, script: () => 'An answer of some words.' });
const usage = { input: 100, output: 50, reasoning: 10, cacheRead: 20, cacheWrite: 5 };

const fake = () =>
  fakeProvider({
    id: 'fake',
    vendor: 'openai',
    models: { m: new Array(MAX_TURNS).fill({ text: 'An answer of some words.', usage }) },
  });
const overHttp = () => createOpenAI({ apiKey: 'sk-test', baseURL: server.baseURL, api: 'chat' });

function telemetryOf(convention) {
  const processor = { onStart() {}, onEnd() {}, shutdown: async () => {}, forceFlush: async () => {} };
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  return createTelemetry({
    convention,
    tracer: new TracerProvider({ spanProcessors: [processor] }).getTracer('bench'),
    meter: new MeterProvider({ readers: [reader] }).getMeter('bench'),
  });
}

function modelOf(provider, spec, convention) {
  const telemetry = convention === undefined ? {} : telemetryOf(convention).majordomo;
  return createMajordomo({ providers: [provider()], ...telemetry }).model(spec);
}

const CALLS = {
  async complete(model) {
    await model.generate({ messages: [user('hi')] });
  },
  async streamed(model) {
    await Array.fromAsync(model.stream({ messages: [user('hi')] }));
  },
};

async function timeOf(count, run) {
  const start = performance.now();
  for (let n = 0; n < count; n++) await run();
  return ((performance.now() - start) / count) * 1000;
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** Prints the median times per call, and the median ratio of 0.1 to 2026-08 over the rounds. */
async function compare(name, models, call, perRound) {
  for (const model of models) await timeOf(perRound * 2, () => call(model));
  const times = models.map(() => []);
  for (let round = 0; round < ROUNDS; round++)
    for (let turn = 0; turn < models.length; turn++) {
      const index = (round + turn) % models.length;
      times[index].push(await timeOf(perRound, () => call(models[index])));
    }
  const [none, before, current] = times.map((all) => median(all).toFixed(0));
  const ratio = median(times[2].map((time, round) => time / times[1][round]));
  console.log(
    `${name}: ${none} µs without, ${before} µs with 2026-08, ${current} µs with 0.1; ratio ${ratio.toFixed(3)}`,
  );
}

for (const [name, call] of Object.entries(CALLS)) {
  const models = (provider, spec) => CONVENTIONS.map((convention) => modelOf(provider, spec, convention));
  await compare(`${name} over HTTP`, models(overHttp, 'openai/m'), call, 50);
  await compare(`${name} without network`, models(fake, 'fake/m'), call, 500);
}
await server.close();
