import { user } from '@majordomo/core';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { expect, it } from 'vitest';
import { createWorld } from './support/fixture.ts';
import { watch } from './support/recording.ts';

it('nests the HTTP span of the SDK under the attempt, and the server gets its traceparent', async () => {
  const telemetry = watch();
  const http = new UndiciInstrumentation();
  http.setTracerProvider(telemetry.provider);
  http.enable();
  await using here = await createWorld(
    { openai: [{ failure: 'overloaded' }, 'I am.'], anthropic: ['And I.'] },
    telemetry,
  );
  const messages = [user('Who is there?')];
  await here.majordomo.model('openai/gpt-4o').generate({ messages });
  await here.majordomo.model('anthropic/claude-sonnet-5').stream({ messages }).response();

  const named = async (name: string) =>
    (await telemetry.spans()).filter((span) => span.name.startsWith(name));
  // The HTTP span of a stream ends with its connection's turn, a moment after the stream.
  await expect.poll(async () => (await named('POST')).length).toBe(3);
  const requests = await named('POST');
  http.disable();
  const attempts = await named('chat ');
  expect(requests.map(({ parent }) => parent)).toEqual(attempts.map(({ id }) => id));
  const sent = [...here.openai.requests, ...here.anthropic.requests].map(
    ({ headers }) => headers['traceparent'],
  );
  expect(sent).toEqual(requests.map(({ trace, id }) => `00-${trace}-${id}-01`));
  expect(sent).toHaveLength(3);
});
