import { connect } from 'node:net';
import { answers, type Answer } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { openaiClient, post } from './support/clients.ts';
import { KEY } from './support/test-gateway.ts';
import { stopTimers } from './support/stop-timers.ts';
import { recording, refusalOf, startWithVendor } from './support/operations.ts';

describe('embeddings', () => {
  const answerEmbeddings: Answer = (response, { body }) => {
    const { input } = body as { input: readonly string[] };
    const data = input.map((_, index) => ({
      index,
      embedding: Buffer.from(Float32Array.of(0.6, 0.8).buffer).toString('base64'),
    }));
    answers({ data, usage: { prompt_tokens: 1, total_tokens: 1 } })(response);
  };

  it.each([
    [{ input: [1, 2, 3] }, 'input must be text'],
    [{ input: [[1]] }, 'input must be text'],
    [{ input: [] }, 'input must not be empty'],
    [{ input: ['a', ''] }, 'input[1] must not be empty'],
    [{}, 'input is missing'],
    [{ input: 'a', dimensions: 1.5 }, 'dimensions must be an integer of 1 or more, not 1.5'],
    [{ input: [[1, 2], [3]] }, 'tokens differ'],
    [{ input: [[]] }, 'input'],
    [{ input: ['a', 1] }, 'input[1] must be a string'],
    [{ input: null }, 'input must be an array, not null'],
    [{ input: { a: 1 } }, 'input must be'],
    [{ input: 'a', encoding_format: 'hex' }, 'encoding_format must be one of float, base64'],
    [{ input: 'a', dimensions: 0 }, 'dimensions must be an integer of 1 or more'],
    [{ input: 'a', dimensions: '8' }, 'dimensions must be an integer'],
    [{ input: 'a\ud800' }, 'not valid Unicode'],
    [{ input: 'a', model: ['vectors'] }, 'model must be a string'],
    [{ input: 'a', model: 'nobody' }, 'no model'],
    [{ input: 'a', model: '__proto__' }, 'no model'],
  ])('are refused with the name of the invalid member: %j', async (body, message) => {
    await using testGateway = await startWithVendor(answerEmbeddings);
    const response = await post(testGateway, '/v1/embeddings', JSON.stringify({ model: 'vectors', ...body }));
    const [status, errorMessage] = await refusalOf(response);
    expect([400, 404]).toContain(status);
    expect(errorMessage).toContain(message);
    expect(testGateway.vendor.requests).toHaveLength(0);
  });
});

describe('speech', () => {
  it.each(['mp3', 'wav', 'opus', 'flac', 'pcm'] as const)('has the requested format %s', async (format) => {
    await using testGateway = await startWithVendor((response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' }).end('sound');
    });
    const response = await openaiClient(testGateway).audio.speech.create({
      model: 'voice',
      voice: 'alloy',
      input: 'Hello',
      response_format: format,
    });
    expect(response.headers.get('content-type')).toMatch(/^audio\//);
    expect(await response.text()).toBe('sound');
    expect(testGateway.vendor.requests[0]?.body).toMatchObject({ response_format: format });
  });

  it.each([
    [{ input: '' }, 'input must not be empty'],
    [{ speed: 5 }, 'speed must be a number from 0.25 to 4'],
    [{ speed: '1' }, 'speed must be a number'],
    [{ voice: '' }, 'voice must not be empty'],
    [{ voice: {} }, 'voice.id is missing'],
    [{ response_format: 'aac' }, 'response_format must be one of'],
    [{ stream_format: 'sse' }, 'stream_format must be one of audio'],
    [{ instructions: 1 }, 'instructions must be a string'],
  ])('is refused with the name of the invalid member: %j', async (body, message) => {
    await using testGateway = await startWithVendor(answers({}));
    const requestBody = { model: 'voice', voice: 'alloy', input: 'a', ...body };
    const [status, errorMessage] = await refusalOf(
      await post(testGateway, '/v1/audio/speech', JSON.stringify(requestBody)),
    );
    expect([status, errorMessage]).toEqual([400, expect.stringContaining(message)]);
    expect(testGateway.vendor.requests).toHaveLength(0);
  });

  it('closes the connection to the vendor when the client disconnects', async () => {
    await using testGateway = await startWithVendor((response) => {
      response.writeHead(200, { 'content-type': 'audio/mpeg' }).write('ID3 half');
    });
    const abortController = new AbortController();
    const pendingSpeech = openaiClient(testGateway)
      .audio.speech.create({ model: 'voice', voice: 'alloy', input: 'a' }, { signal: abortController.signal })
      .catch(() => undefined);
    const { closed } = await testGateway.vendor.request(0);
    stopTimers();
    abortController.abort();
    await pendingSpeech;
    expect((await closed).whole).toBe(false);
  });
});

describe('any operation', () => {
  it('is subject to the gates and the allowed models of its tenant', async () => {
    const gate = {
      name: 'budget',
      admit: ({ call }: { call: { tenant?: string | undefined } }) =>
        call.tenant === 'team-b' ? { deny: 'the day is spent', retryAfterMs: 5000 } : undefined,
    };
    const authorize = ({ headers }: Request) =>
      headers.get('authorization') === 'Bearer b'
        ? { tenant: 'team-b' }
        : { tenant: 'team-a', models: ['vectors'] };
    const answer = answers({ data: [{ index: 0, embedding: 'AAAAAA==' }], usage: {} });
    await using testGateway = await startWithVendor(answer, { authorize }, { gates: [gate] });
    const embeddings = { model: 'vectors', input: 'a', dimensions: 1 };
    expect((await openaiClient(testGateway, 'a').embeddings.create(embeddings)).data).toHaveLength(1);
    const speech = { model: 'voice', voice: 'alloy', input: 'a' };
    await expect(openaiClient(testGateway, 'a').audio.speech.create(speech)).rejects.toMatchObject({
      status: 404,
    });
    const file = recording();
    for (const pendingCall of [
      openaiClient(testGateway, 'b').embeddings.create(embeddings),
      openaiClient(testGateway, 'b').audio.speech.create(speech),
      openaiClient(testGateway, 'b').audio.transcriptions.create({ model: 'ears', file }),
    ])
      await expect(pendingCall).rejects.toMatchObject({ status: 429 });
    expect(testGateway.vendor.requests).toHaveLength(1);
  });

  it('calls no vendor if the client disconnects before its body is complete', async () => {
    await using testGateway = await startWithVendor(answers({}), { maxConcurrent: 1 });
    const socket = connect(Number(new URL(testGateway.url).port), '127.0.0.1').on('error', () => undefined);
    const head = [
      'POST /v1/embeddings HTTP/1.1',
      'Host: x',
      `Authorization: Bearer ${KEY}`,
      'Content-Length: 1000',
    ];
    socket.write([...head, '', '{"model":'].join('\r\n'));
    // The incomplete request uses the only slot until its client disconnects.
    for (;;) {
      const { status } = await post(testGateway, '/v1/embeddings', '{}');
      if (status === 429) break;
    }
    socket.destroy();
    for (;;) {
      const { status } = await post(testGateway, '/v1/embeddings', '{}');
      if (status === 400) break;
    }
    expect(testGateway.vendor.requests).toHaveLength(0);
  });
});
