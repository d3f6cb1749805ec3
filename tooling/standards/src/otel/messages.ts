import { createAgent, defineTool } from '@majordomo/agent';
import { createMajordomo, image, user } from '@majordomo/core';
import { createRedactor } from '@majordomo/redact';
import { createTelemetry } from '@majordomo/telemetry';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

const TURNS: readonly Turn[] = [
  {
    reasoning: 'I should look.',
    text: 'Let me see.',
    toolCalls: [{ name: 'look', args: { city: 'Oslo' } }],
  },
  { text: 'It is cold.' },
];

/** Returns the values of the attributes of a run with a system prompt, an image, reasoning, a tool call and its result. */
export async function recordedMessages(): Promise<Readonly<Record<string, readonly unknown[]>>> {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const telemetry = createTelemetry({
    tracer: provider.getTracer('standards'),
    content: createRedactor(),
    convention: '0.1',
  });
  const fake = fakeProvider({ id: 'f', models: { m: TURNS } });
  const majordomo = createMajordomo({ providers: [fake], ...telemetry.majordomo });
  const look = defineTool({
    name: 'look',
    description: 'Looks at the weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
    run: () => 'cold',
  });
  const agent = createAgent({
    model: majordomo.model('f/m'),
    tools: [look],
    instructions: 'Be brief.',
    ...telemetry.agent('weather'),
  });
  await agent.run([user('Weather?', image(new Uint8Array([1, 2, 3])))]);
  await provider.forceFlush();
  const values: Record<string, unknown[]> = {};
  for (const { attributes } of exporter.getFinishedSpans())
    for (const [name, value] of Object.entries(attributes))
      if (typeof value === 'string' && /^[[{]/.test(value)) (values[name] ??= []).push(JSON.parse(value));
  return values;
}
