import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { startGateway, KEY, type TestGateway } from './support/test-gateway.ts';

const openai = (at: TestGateway): OpenAI =>
  new OpenAI({ baseURL: `${at.url}/v1`, apiKey: KEY, maxRetries: 0 });
const anthropic = (at: TestGateway): Anthropic =>
  new Anthropic({ baseURL: at.url, apiKey: KEY, maxRetries: 0 });
const messages = [{ role: 'user' as const, content: 'hi' }];
const NO = 'I cannot help with that.';
const refuse = () => ({ parts: [{ type: 'refusal' as const, text: NO }] });

describe.each([false, true])('a refusal with text (streamed: %s)', (isStreamed) => {
  it('is a separate part of Responses', async () => {
    await using at = await startGateway({ openai: refuse });
    const body = { model: 'gpt', input: 'hi' };
    const { output, output_text, status } = isStreamed
      ? await openai(at).responses.stream(body).finalResponse()
      : await openai(at).responses.create(body);
    expect(output).toMatchObject([{ type: 'message', content: [{ type: 'refusal', refusal: NO }] }]);
    expect([output_text, status]).toEqual(['', 'completed']);
  });

  it('is a separate member of Chat Completions', async () => {
    await using at = await startGateway({ openai: refuse });
    const body = { model: 'gpt', messages };
    const { choices } = isStreamed
      ? await openai(at).chat.completions.stream(body).finalChatCompletion()
      : await openai(at).chat.completions.create(body);
    expect(choices[0]?.message).toMatchObject({ content: null, refusal: NO });
  });

  it('is text with a stop reason of Messages', async () => {
    await using at = await startGateway({ openai: refuse });
    const body = { model: 'gpt', messages, max_tokens: 10 };
    const { content, stop_reason } = isStreamed
      ? await anthropic(at).messages.stream(body).finalMessage()
      : await anthropic(at).messages.create(body);
    expect([content, stop_reason]).toMatchObject([[{ type: 'text', text: NO }], 'refusal']);
  });
});

it('streams a refusal in its events', async () => {
  await using at = await startGateway({ openai: refuse });
  const stream = openai(at).responses.stream({ model: 'gpt', input: 'hi' });
  const types: string[] = [];
  let text = '';
  stream.on('event', (event) => types.push(event.type));
  stream.on('response.refusal.delta', ({ delta }) => (text += delta));
  await stream.finalResponse();
  expect(text).toBe(NO);
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

it('remains a refusal if another target continues it', async () => {
  await using at = await startGateway({
    openai: [{ fault: 'cut', answer: refuse(), at: { content: 2 } }],
    anthropic: [' Really.'],
    majordomo: { chain: { afterCommit: 'continue' } },
  });
  const stream = openai(at).responses.stream({ model: 'gpt', input: 'hi' });
  let text = '';
  stream.on('response.refusal.delta', ({ delta }) => (text += delta));
  const { output } = await stream.finalResponse();
  expect(text).toMatch(/^I can.* Really\.$/);
  expect(output).toMatchObject([{ content: [{ type: 'refusal', refusal: text }] }]);
});

it.each([false, true])(
  'of a model that only breaks off what it said is told as an answer that is not whole (streamed: %s)',
  async (isStreamed) => {
    const broken = { parts: [{ type: 'text' as const, text: 'First, ' }], finish: 'refusal' as const };
    await using at = await startGateway({ anthropic: () => broken });
    const asked = { model: 'claude', input: 'hi' };
    const response = isStreamed
      ? await openai(at).responses.stream(asked).finalResponse()
      : await openai(at).responses.create(asked);
    expect(response).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'content_filter' },
      output_text: 'First, ',
    });
    const body = { model: 'claude', messages };
    const { choices } = isStreamed
      ? await openai(at).chat.completions.stream(body).finalChatCompletion()
      : await openai(at).chat.completions.create(body);
    expect(choices).toMatchObject([
      { finish_reason: 'content_filter', message: { content: 'First, ', refusal: null } },
    ]);
  },
);
