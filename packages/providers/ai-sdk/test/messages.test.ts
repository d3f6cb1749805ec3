import type { LanguageModelV4FilePart, LanguageModelV4Prompt } from '@ai-sdk/provider';
import { createMajordomo, type ChatRequest } from '@majordomo/core';
import { fakeProvider } from '@majordomo/testing';
import { generateText } from 'ai';
import { describe, expect, it } from 'vitest';
import { toAISDK } from '../src/index.ts';
import { createWorld } from './support/world.ts';

const PNG = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);
const PDF = new TextEncoder().encode('%PDF-1.7');

const fileOf = (mediaType: string, data: LanguageModelV4FilePart['data']) =>
  ({ type: 'file', mediaType, data }) as const;
const bytes = (data: Uint8Array | string) => ({ type: 'data', data }) as const;

/** Sends a prompt, and returns the messages that the model received and the warnings of the bridge. */
async function sendPrompt(prompt: LanguageModelV4Prompt) {
  const fake = fakeProvider({ id: 'fake', models: { m: ['ok'] } });
  const model = toAISDK(createMajordomo({ providers: [fake] }))('fake/m');
  const { warnings } = await model.doGenerate({ prompt });
  return { messages: fake.requests[0]?.request.messages as ChatRequest['messages'], warnings };
}

describe('a message of the AI SDK', () => {
  it('contains images and documents of every form as bytes', async () => {
    const { messages, warnings } = await sendPrompt([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'see' },
          fileOf('image/*', bytes(PNG)),
          fileOf('image', bytes(btoa(String.fromCharCode(...PNG)))),
          { ...fileOf('application/pdf', bytes(PDF)), filename: 'a.pdf' },
          fileOf('text/plain', { type: 'text', text: 'žluť' }),
        ],
      },
    ]);
    expect(messages[0]?.parts).toEqual([
      { type: 'text', text: 'see' },
      { type: 'image', mediaType: 'image/png', bytes: PNG },
      { type: 'image', mediaType: 'image/png', bytes: PNG },
      { type: 'file', mediaType: 'application/pdf', bytes: PDF, name: 'a.pdf' },
      { type: 'file', mediaType: 'text/plain', bytes: new TextEncoder().encode('žluť') },
    ]);
    expect(warnings).toEqual([]);
  });

  it('becomes a warning if it is not supported', async () => {
    const { messages, warnings } = await sendPrompt([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'see' },
          fileOf('image/png', { type: 'url', url: new URL('http://127.0.0.1/a.png') }),
          fileOf('image/png', { type: 'reference', reference: { openai: 'file-1' } }),
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'seen' },
          fileOf('image/png', bytes(PNG)),
          { type: 'tool-call', toolCallId: 'w', toolName: 'web', input: {}, providerExecuted: true },
        ],
      },
      { role: 'user', content: [{ type: 'text', text: 'and?' }] },
    ]);
    expect(messages.map(({ parts }) => parts)).toEqual([
      [{ type: 'text', text: 'see' }],
      [{ type: 'text', text: 'seen' }],
      [{ type: 'text', text: 'and?' }],
    ]);
    expect(warnings.map((warning) => (warning.type === 'unsupported' ? warning.feature : warning))).toEqual([
      'file by url',
      'file by reference',
      'file of the assistant',
      'tool-call of the assistant',
    ]);
  });

  it('contains results of every form, with their errors', async () => {
    const outputs = [
      { type: 'text', value: 'a' },
      { type: 'json', value: { b: [1, null] } },
      { type: 'error-text', value: 'c' },
      { type: 'error-json', value: 'd' },
      { type: 'execution-denied', reason: 'not today' },
      { type: 'content', value: [{ type: 'text', text: 'e' }, fileOf('image/png', bytes(PNG))] },
    ] as const;
    const { messages } = await sendPrompt([
      { role: 'user', content: [{ type: 'text', text: 'go' }] },
      {
        role: 'assistant',
        content: outputs.map((_, at) => ({
          type: 'tool-call',
          toolCallId: `c${at}`,
          toolName: 't',
          input: {},
        })),
      },
      {
        role: 'tool',
        content: outputs.map((output, at) => ({
          type: 'tool-result',
          toolCallId: `c${at}`,
          toolName: 't',
          output: output.type === 'content' ? { type: 'content', value: [...output.value] } : output,
        })),
      },
    ]);
    const results = messages[2]?.parts.map((part) =>
      part.type === 'tool-result'
        ? [
            part.isError ?? false,
            ...part.content.map((item) => (item.type === 'text' ? item.text : item.type)),
          ]
        : [],
    );
    expect(results).toEqual([
      [false, 'a'],
      [false, '{"b":[1,null]}'],
      [true, 'c'],
      [true, '"d"'],
      [true, 'The call was not allowed: not today'],
      [false, 'e', 'image'],
    ]);
  });

  it('is rejected before any request if a file is not base64', async () => {
    const call = sendPrompt([{ role: 'user', content: [fileOf('image/png', bytes('%%%'))] }]);
    await expect(call).rejects.toMatchObject({ data: { kind: 'invalid-request' } });
  });

  it('receives its images as bytes from the AI SDK', async () => {
    await using at = await createWorld();
    const model = toAISDK(at.majordomo)('openai/gpt-5.4');
    expect(model.supportedUrls).toEqual({});
    await generateText({
      model,
      messages: [
        {
          role: 'user',
          content: [{ type: 'image', image: `data:image/png;base64,${btoa(String.fromCharCode(...PNG))}` }],
        },
      ],
    });
    expect(at.openai.requests[0]?.request.images).toEqual([{ mediaType: 'image/png', bytes: PNG }]);
  });
});
