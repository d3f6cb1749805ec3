import { user } from '@majordomo/core';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { expect, it } from 'vitest';
import { createTestClient } from './support/fixture.ts';
import { watch } from './support/recording.ts';

it('nests the HTTP span of the SDK under the attempt, and the server receives its traceparent', async () => {
  const telemetry = watch();
  const http = new UndiciInstrumentation();
  http.setTracerProvider(telemetry.provider);
  http.enable();
  await using client = await createTestClient(
    { openai: [{ failure: 'overloaded' }, 'I am.'], anthropic: ['And I.'] },
    telemetry,
  );
  const messages = [user('Who is there?')];
  await client.majordomo.model('openai/gpt-4o').generate({ messages });
  await client.majordomo.model('anthropic/claude-sonnet-5').stream({ messages }).response();

  const spansNamed = async (name: string) =>
    (await telemetry.spans()).filter((span) => span.name.startsWith(name));
  // The HTTP span of a stream ends shortly after the stream, when its connection has ended.
  await expect.poll(async () => (await spansNamed('POST')).length).toBe(3);
  const requests = await spansNamed('POST');
  http.disable();
  const attempts = await spansNamed('chat ');
  expect(requests.map(({ parent }) => parent)).toEqual(attempts.map(({ id }) => id));
  const traceparents = [...client.openai.requests, ...client.anthropic.requests].map(
    ({ headers }) => headers['traceparent'],
  );
  expect(traceparents).toEqual(requests.map(({ trace, id }) => `00-${trace}-${id}-01`));
  expect(traceparents).toHaveLength(3);
});
