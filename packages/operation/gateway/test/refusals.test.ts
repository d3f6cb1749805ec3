import { describe, expect, it } from 'vitest';
import { anthropicClient, openaiClient } from './support/clients.ts';
import { startGateway } from './support/test-gateway.ts';

const messages = [{ role: 'user' as const, content: 'hi' }];
const REFUSAL_TEXT = 'I cannot help with that.';
const refusalAnswer = () => ({ parts: [{ type: 'refusal' as const, text: REFUSAL_TEXT }] });

describe.each([false, true])('a refusal with text (streamed: %s)', (isStreamed) => {
  it('is a refusal part of Responses', async () => {
    await using testGateway = await startGateway({ openai: refusalAnswer });
    const body = { model: 'gpt', input: 'hi' };
    const { output, output_text, status } = isStreamed
      ? await openaiClient(testGateway).responses.stream(body).finalResponse()
      : await openaiClient(testGateway).responses.create(body);
    expect(output).toMatchObject([
      { type: 'message', content: [{ type: 'refusal', refusal: REFUSAL_TEXT }] },
    ]);
    expect([output_text, status]).toEqual(['', 'completed']);
  });

  it('is the member `refusal` of Chat Completions', async () => {
    await using testGateway = await startGateway({ openai: refusalAnswer });
    const body = { model: 'gpt', messages };
    const { choices } = isStreamed
      ? await openaiClient(testGateway).chat.completions.stream(body).finalChatCompletion()
      : await openaiClient(testGateway).chat.completions.create(body);
    expect(choices[0]?.message).toMatchObject({ content: null, refusal: REFUSAL_TEXT });
  });

  it('is text with the stop reason `refusal` of Messages', async () => {
    await using testGateway = await startGateway({ openai: refusalAnswer });
    const body = { model: 'gpt', messages, max_tokens: 10 };
    const { content, stop_reason } = isStreamed
      ? await anthropicClient(testGateway).messages.stream(body).finalMessage()
      : await anthropicClient(testGateway).messages.create(body);
    expect([content, stop_reason]).toMatchObject([[{ type: 'text', text: REFUSAL_TEXT }], 'refusal']);
  });
});

it('streams a refusal in the refusal events of Responses', async () => {
  await using testGateway = await startGateway({ openai: refusalAnswer });
  const stream = openaiClient(testGateway).responses.stream({ model: 'gpt', input: 'hi' });
  const types: string[] = [];
  let text = '';
  stream.on('event', (event) => types.push(event.type));
  stream.on('response.refusal.delta', ({ delta }) => (text += delta));
  await stream.finalResponse();
  expect(text).toBe(REFUSAL_TEXT);
  expect([...new Set(types)]).toEqual([
    'response.created',
    'response.in_progress',
    'response.output_item.added',
    'response.content_part.added',
    'response.refusal.delta',
    'response.refusal.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.completed',
  ]);
});

it('streams one refusal if another target continues it', async () => {
  await using testGateway = await startGateway({
    openai: [{ fault: 'cut', answer: refusalAnswer(), at: { content: 2 } }],
    anthropic: [' Really.'],
    majordomo: { chain: { afterCommit: 'continue' } },
  });
  const stream = openaiClient(testGateway).responses.stream({ model: 'gpt', input: 'hi' });
  let text = '';
  stream.on('response.refusal.delta', ({ delta }) => (text += delta));
  const { output } = await stream.finalResponse();
  expect(text).toMatch(/^I can.* Really\.$/);
  expect(output).toMatchObject([{ content: [{ type: 'refusal', refusal: text }] }]);
});

it.each([false, true])(
  'reports text that the model ends with a refusal as incomplete (streamed: %s)',
  async (isStreamed) => {
    const partialAnswer = { parts: [{ type: 'text' as const, text: 'First, ' }], finish: 'refusal' as const };
    await using testGateway = await startGateway({ anthropic: () => partialAnswer });
    const responsesBody = { model: 'claude', input: 'hi' };
    const response = isStreamed
      ? await openaiClient(testGateway).responses.stream(responsesBody).finalResponse()
      : await openaiClient(testGateway).responses.create(responsesBody);
    expect(response).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'content_filter' },
      output_text: 'First, ',
    });
    const body = { model: 'claude', messages };
    const { choices } = isStreamed
      ? await openaiClient(testGateway).chat.completions.stream(body).finalChatCompletion()
      : await openaiClient(testGateway).chat.completions.create(body);
    expect(choices).toMatchObject([
      { finish_reason: 'content_filter', message: { content: 'First, ', refusal: null } },
    ]);
  },
);
