import { createNoopMeter } from '@opentelemetry/api';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { createMajordomo, user } from '@majordomo/core';
import { createTelemetry } from '@majordomo/telemetry';
import { measure } from '../measure/measures.mjs';
import { instant, underWay } from './instant-provider.mjs';

const REQUEST = { messages: [user('hi')], maxTokens: 100, temperature: 0.5 };
const provider = instant('p');

/** @type {import('./scenario.mjs').Scenario} */
export const telemetry = {
  name: 'telemetry',
  title: 'What OpenTelemetry adds to a call',
  sizes: {
    full: { rounds: 15, warmUp: 5, calls: 4000 },
    gate: { rounds: 15, warmUp: 5, calls: 4000 },
  },
  async run(context) {
    const { calls } = context.size;
    const jobs = Object.entries(watched()).map(([subject, majordomo]) => {
      const model = majordomo.model('p/m');
      underWay(model);
      return {
        metric: 'call',
        title: 'a call over a provider that answers at once',
        wire: '-',
        subject,
        per: calls,
        async run() {
          for (let n = 0; n < calls; n++) await model.generate(REQUEST);
        },
      };
    });
    return measure(context, { unit: 'µs CPU', jobs });
  },
  goals: [added('the API alone', 'api', 10), added('the SDK', 'sdk', 60)],
};

/** Over a call that nobody watches. */
function added(what, subject, atMost) {
  const figure = (read) => read.excess('call', '-', 'observed', subject);
  return { row: `telemetry, ${what}`, atMost, unit: 'µs a call', figure };
}

/** Nobody watches; OpenTelemetry without an SDK; with one, whose spans go nowhere. */
function watched() {
  const exporter = {
    export: (_spans, done) => done({ code: 0 }),
    shutdown: async () => undefined,
    forceFlush: async () => undefined,
  };
  const spans = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter })] });
  const tracer = spans.getTracer('bench');
  const meter = new MeterProvider().getMeter('bench');
  return {
    unwatched: createMajordomo({ providers: [provider] }),
    observed: createMajordomo({
      providers: [provider],
      onEvent: () => undefined,
      around: (_attempt, run) => run(),
    }),
    api: over(createTelemetry({ meter: createNoopMeter() })),
    sdk: over(createTelemetry({ tracer, meter })),
  };
}

const over = ({ majordomo }) => createMajordomo({ providers: [provider], ...majordomo });
