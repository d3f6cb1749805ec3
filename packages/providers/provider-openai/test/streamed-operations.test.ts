import { createMajordomo, image, LlmError, type Majordomo } from '@majordomo/core';
import { sseEvent } from '@majordomo/core/toolkit';
import { testServer } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { createOpenAI } from '../src/index.ts';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==',
  'base64',
);
const B64 = PNG.toString('base64');
const USAGE = {
  input_tokens: 12,
  output_tokens: 400,
  total_tokens: 412,
  input_tokens_details: { image_tokens: 0, text_tokens: 12 },
};
const partial = (index: number) => ({
  type: 'image_generation.partial_image',
  b64_json: B64,
  partial_image_index: index,
});
const RECORDING = { audio: Uint8Array.from(Buffer.from('ID3 hello')), mediaType: 'audio/mpeg' };
const delta = (text: string) => ({ type: 'transcript.text.delta', delta: text });

/** Starts a vendor that streams the events. If `isCut` is set, the connection is closed instead of ended. */
async function startVendor(events: readonly object[], isCut = false) {
  const server = await testServer((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of events) response.write(sseEvent(JSON.stringify(event)));
    if (isCut) setImmediate(() => response.destroy());
    else response.end('data: [DONE]\n\n');
  });
  const provider = createOpenAI({ apiKey: 'k', baseURL: `${server.origin}/v1` });
  const majordomo: Majordomo = createMajordomo({ providers: [provider], chain: { attempts: 1 } });
  return Object.assign(server, { majordomo });
}

async function read<T>(stream: AsyncIterable<T>): Promise<{ events: T[]; error?: LlmError }> {
  const events: T[] = [];
  try {
    for await (const event of stream) events.push(event);
    return { events };
  } catch (error) {
    if (!LlmError.is(error)) throw error;
    return { events, error };
  }
}

describe('images of OpenAI', () => {
  it('stream preliminary images, then the image with its usage', async () => {
    await using vendor = await startVendor([
      partial(0),
      partial(1),
      { type: 'image_generation.completed', b64_json: B64, usage: USAGE },
    ]);
    const { events } = await read(
      vendor.majordomo.imageModel('openai/gpt-image-2').stream({ prompt: 'a cat' }),
    );
    expect(vendor.requests[0]?.path).toBe('/v1/images/generations');
    expect(vendor.requests[0]?.body).toEqual({
      model: 'gpt-image-2',
      prompt: 'a cat',
      stream: true,
      partial_images: 2,
    });
    expect(events).toMatchObject([
      { type: 'partial', index: 0, image: { mediaType: 'image/png' } },
      { type: 'partial', index: 1 },
      { type: 'done', response: { images: [{ mediaType: 'image/png' }], usage: { input: 12, output: 400 } } },
    ]);
  });

  it('count the output of a streamed image as image tokens, which have their own rate', async () => {
    await using vendor = await startVendor([
      { type: 'image_generation.completed', b64_json: B64, usage: USAGE },
    ]);
    const model = vendor.majordomo.imageModel('openai/gpt-image-1.5');
    const { events } = await read(model.stream({ prompt: 'a cat' }));
    expect(events).toMatchObject([{ response: { usage: { output: 400, details: { outputImage: 400 } } } }]);
  });

  it('stream edits, and `extra` changes the number of preliminary images', async () => {
    await using vendor = await startVendor([
      { ...partial(0), type: 'image_edit.partial_image' },
      { type: 'image_edit.completed', b64_json: B64, usage: USAGE },
    ]);
    const request = {
      prompt: 'a hat',
      images: [image(new Uint8Array(PNG), 'image/png')],
      extra: { 'openai-images': { partial_images: 1 } },
    };
    const { events } = await read(vendor.majordomo.imageModel('openai/gpt-image-2').stream(request));
    expect(vendor.requests[0]?.path).toBe('/v1/images/edits');
    expect(vendor.requests[0]?.text).toMatch(/name="partial_images"\r\n\r\n1\r\n/);
    expect(events.map(({ type }) => type)).toEqual(['partial', 'done']);
  });

  it('report an error in the stream', async () => {
    const error = { type: 'image_generation_user_error', code: 'moderation_blocked', message: 'blocked' };
    await using vendor = await startVendor([partial(0), { type: 'error', error }]);
    const result = await read(vendor.majordomo.imageModel('openai/gpt-image-2').stream({ prompt: 'x' }));
    expect(result.events).toHaveLength(1);
    expect(result.error?.message).toContain('blocked');
  });
});

describe('transcriptions of OpenAI', () => {
  it('stream texts whose sum is the text of the response', async () => {
    await using vendor = await startVendor([
      delta('Hello'),
      delta(' there.'),
      { type: 'transcript.text.done', text: 'Hello there.', languages: [{ code: 'en' }], usage: USAGE },
    ]);
    const model = vendor.majordomo.transcriptionModel('openai/gpt-4o-transcribe');
    const { events } = await read(model.stream(RECORDING));
    expect(vendor.requests[0]?.text).toMatch(/name="stream"\r\n\r\ntrue\r\n/);
    expect(events).toMatchObject([
      { type: 'delta', text: 'Hello' },
      { type: 'delta', text: ' there.' },
      {
        type: 'done',
        response: { text: 'Hello there.', language: 'en', usage: { input: 12 }, warnings: [] },
      },
    ]);
  });

  it('have the segments that only the last event contains', async () => {
    const segments = [{ start: 0, end: 1.5, text: 'Hi.' }];
    await using vendor = await startVendor([
      { type: 'transcript.text.done', text: 'Hi.', segments, usage: USAGE },
    ]);
    const { events } = await read(
      vendor.majordomo.transcriptionModel('openai/gpt-4o-transcribe').stream(RECORDING),
    );
    expect(events.at(-1)).toMatchObject({
      response: { segments: [{ text: 'Hi.', startMs: 0, endMs: 1500 }] },
    });
  });

  it('stream the segments of each speaker', async () => {
    const segment = {
      type: 'transcript.text.segment',
      id: 's1',
      start: 0,
      end: 1.5,
      speaker: 'A',
      text: 'Hi.',
    };
    await using vendor = await startVendor([
      delta('Hi.'),
      segment,
      { type: 'transcript.text.done', text: 'Hi.', usage: USAGE },
    ]);
    const model = vendor.majordomo.transcriptionModel('openai/gpt-4o-transcribe-diarize');
    const { events } = await read(model.stream(RECORDING));
    const heard = { text: 'Hi.', startMs: 0, endMs: 1500, speaker: 'A' };
    expect(events).toMatchObject([
      { type: 'delta' },
      { type: 'segment', segment: heard },
      { type: 'done', response: { segments: [heard] } },
    ]);
  });

  it('use the final text of the server with a warning, if it differs', async () => {
    await using vendor = await startVendor([delta('Helo'), { type: 'transcript.text.done', text: 'Hello' }]);
    const model = vendor.majordomo.transcriptionModel('openai/gpt-4o-transcribe');
    const { events } = await read(model.stream(RECORDING));
    expect(events.at(-1)).toMatchObject({
      response: { text: 'Hello', warnings: [{ action: 'coerced', what: 'text' }] },
    });
  });

  it('report an error in the stream with its kind', async () => {
    const error = { type: 'requests', code: 'rate_limit_exceeded', message: 'too fast' };
    await using vendor = await startVendor([delta('Hel'), { type: 'error', error }]);
    const model = vendor.majordomo.transcriptionModel('openai/gpt-4o-transcribe');
    const result = await read(model.stream(RECORDING));
    expect([result.error?.kind, result.error?.details.partial?.text]).toEqual(['rate-limit', 'Hel']);
  });

  it('are not streamed by Whisper', async () => {
    await using server = await testServer((response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"text":"Hello."}');
    });
    const provider = createOpenAI({ apiKey: 'k', baseURL: `${server.origin}/v1` });
    const model = createMajordomo({ providers: [provider] }).transcriptionModel('openai/whisper-1');
    const { events } = await read(model.stream(RECORDING));
    expect(events).toMatchObject([{ type: 'done', response: { text: 'Hello.' } }]);
    expect(server.requests[0]?.text).not.toContain('name="stream"');
  });

  it('are cut with the text that was read', async () => {
    await using vendor = await startVendor([delta('Hel')], true);
    const model = vendor.majordomo.transcriptionModel('openai/gpt-4o-transcribe');
    const { events, error } = await read(model.stream(RECORDING));
    expect(events).toEqual([{ type: 'delta', text: 'Hel' }]);
    expect(['network', 'truncated']).toContain(error?.kind);
    expect(error?.details.partial?.text).toBe('Hel');
  });
});

it('an abort ends a stream and closes its connection', async () => {
  await using server = await testServer((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(sseEvent(JSON.stringify(partial(0))));
  });
  const provider = createOpenAI({ apiKey: 'k', baseURL: `${server.origin}/v1` });
  const model = createMajordomo({ providers: [provider] }).imageModel('openai/gpt-image-2');
  const controller = new AbortController();
  const reading = read(
    (async function* () {
      for await (const event of model.stream({ prompt: 'a cat' }, { signal: controller.signal })) {
        controller.abort();
        yield event;
      }
    })(),
  );
  const { events, error } = await reading;
  expect([events.length, error?.kind]).toEqual([1, 'aborted']);
  const { whole } = await (await server.request(0)).closed;
  expect(whole).toBe(false);
});

it.each(['image', 'transcript'])(
  'a page in place of a streamed %s is of kind protocol',
  async (operation) => {
    await using server = await testServer((response) => {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html></html>');
    });
    const provider = createOpenAI({ apiKey: 'k', baseURL: `${server.origin}/v1` });
    const majordomo = createMajordomo({ providers: [provider], chain: { attempts: 1 } });
    const stream =
      operation === 'image'
        ? majordomo.imageModel('openai/gpt-image-2').stream({ prompt: 'a cat' })
        : majordomo.transcriptionModel('openai/gpt-4o-transcribe').stream(RECORDING);
    const { error } = await read<object>(stream);
    expect([error?.kind, error?.message]).toEqual(['protocol', expect.stringContaining('text/html')]);
  },
);
