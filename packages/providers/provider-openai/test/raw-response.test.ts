import { createMajordomo, user, type CallEvent, type CallOptions, type RawResponse } from '@majordomo/core';
import { expect, it } from 'vitest';
import { createOpenAI } from '../src/index.ts';

const BODY = {
  id: 'resp_1',
  status: 'completed',
  output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'secret-7' }] }],
  instructions: 'only in the raw text',
};

/** Creates a model whose first response is an error. Returns it with the texts and events of its calls. */
function world(respond: () => Response) {
  const texts: RawResponse[] = [];
  const events: CallEvent[] = [];
  let calls = 0;
  const fetch = (): Promise<Response> =>
    Promise.resolve(
      calls++ === 0 ? new Response('{"error":{"message":"down"}}', { status: 500 }) : respond(),
    );
  const majordomo = createMajordomo({
    providers: [createOpenAI({ apiKey: 'k', fetch })],
    chain: { backoff: { baseMs: 0 } },
    onEvent: (event) => events.push(event),
  });
  const options: CallOptions = { onRawResponse: (raw) => texts.push(raw) };
  return { model: majordomo.model('openai/gpt-5.4'), texts, events, options };
}

it('a call with onRawResponse receives the complete body, which no event and no response contains', async () => {
  const { model, texts, events, options } = world(() => Response.json(BODY));
  const response = await model.generate({ messages: [user('hi')] }, options);
  expect(texts).toEqual([{ target: 'openai/gpt-5.4', attempt: 2, text: JSON.stringify(BODY) }]);
  expect(JSON.stringify([events, response])).not.toContain('only in the raw text');
});

it('a stream reports the data of each message', async () => {
  const completed = { type: 'response.completed', response: BODY };
  const stream = `event: response.created\ndata: {"type":"response.created","response":{"id":"resp_1"}}\n\ndata: ${JSON.stringify(completed)}\n\n`;
  const headers = { 'content-type': 'text/event-stream' };
  const { model, texts, options } = world(() => new Response(stream, { headers }));
  expect((await model.stream({ messages: [user('hi')] }, options).response()).text).toBe('secret-7');
  expect(texts.map(({ text }) => (JSON.parse(text) as { readonly type: string }).type)).toEqual([
    'response.created',
    'response.completed',
  ]);
});

it('a listener that throws does not affect the call', async () => {
  const { model } = world(() => Response.json(BODY));
  const onRawResponse = (): never => {
    throw new Error('full');
  };
  expect((await model.generate({ messages: [user('hi')] }, { onRawResponse })).text).toBe('secret-7');
});

it('a listener that is not a function is a configuration error', async () => {
  const { model } = world(() => Response.json(BODY));
  const call = model.generate({ messages: [user('hi')] }, { onRawResponse: true as never });
  await expect(call).rejects.toMatchObject({ kind: 'config', details: { path: 'onRawResponse' } });
});
