import assert from 'node:assert/strict';
import { waitForClientClose } from '../bench.ts';
import type { Case, Harness } from '../harness.ts';
import { validAnswer, AUDIO_CHUNKS, vectorOf } from './answers.ts';
import { failedWith, onOperation, RECORDING, operationRequest, TEXT } from './bench.ts';

/** Texts of different lengths that must be sent unchanged. */
const VALUES = ['a', 'b\n\nB', ' Ç“c” '];

const MORE = 'an additional vector';

/** Asserts that a response with a wrong number or length of vectors fails. */
async function checkInvalidVectors(
  harness: Harness,
  what: string,
  damage: (vectors: readonly Float32Array[]) => readonly Float32Array[],
): Promise<void> {
  await onOperation(
    harness,
    'embedding',
    (size) =>
      ({ operation }) => ({
        vectors: damage((operation?.values ?? []).map((value) => vectorOf(value, size))),
      }),
    async ({ call, server }) => {
      const result = call({ values: ['a', 'bb'] });
      await result.catch(() => undefined);
      // If each request contains one text, the wire cannot return an additional vector.
      const isOneEach = server.requests.every(({ operation }) => operation?.values.length === 1);
      if (!isOneEach || what !== MORE) await failedWith(result, what, 'protocol');
    },
  );
}

/** Cases of requests and responses of operations other than chat. */
export const operationAnswerCases: readonly Case[] = [
  {
    name: 'embeddings have one vector per text, in order and with the declared length',
    scenario: 'embedding',
    run: (harness) =>
      onOperation(
        harness,
        'embedding',
        (size) => (exchange) => validAnswer('embedding', exchange, size),
        async ({ call, server, size }) => {
          const { vectors } = await call({ values: VALUES });
          assert.deepEqual(
            vectors,
            VALUES.map((value) => vectorOf(value, size)),
          );
          const sent = server.requests.map(operationRequest);
          assert.deepEqual(sent.flatMap(({ values }) => values).sort(), VALUES.toSorted());
          assert.ok(sent.every(({ model }) => model === harness.models?.embedding));
        },
      ),
  },
  {
    name: 'shorter vectors are requested or cut, and have the norm 1',
    scenario: 'embedding-dimensions',
    run: (harness) =>
      onOperation(
        harness,
        'embedding',
        (size) =>
          ({ operation }) => ({
            vectors: [Float32Array.from({ length: operation?.dimensions ?? size }, () => 0.5)],
          }),
        async ({ call }) => {
          const { vectors } = await call({ dimensions: 4 });
          assert.deepEqual(vectors, [Float32Array.of(0.5, 0.5, 0.5, 0.5)]);
        },
      ),
  },
  {
    name: 'a wrong number or length of vectors fails with protocol',
    scenario: 'embedding-count',
    run: async (harness) => {
      await checkInvalidVectors(harness, 'a missing vector', (vectors) => vectors.slice(1));
      await checkInvalidVectors(harness, MORE, (vectors) => [...vectors, ...vectors.slice(-1)]);
      await checkInvalidVectors(harness, 'a shorter vector', ([first, ...rest]) => [
        ...rest,
        ...(first === undefined ? [] : [first.slice(1)]),
      ]);
    },
  },
  {
    name: 'a recording is sent completely, and its transcript is returned',
    scenario: 'transcription',
    run: (harness) =>
      onOperation(
        harness,
        'transcription',
        (size) => (exchange) => validAnswer('transcription', exchange, size),
        async ({ call, server }) => {
          assert.equal((await call()).text, 'Hello there.');
          const { audio, model } = operationRequest(server.requests[0] ?? assert.fail('no request'));
          assert.deepEqual(audio?.bytes, RECORDING);
          // Some wires do not report the format.
          assert.match(audio.mediaType || 'audio/wav', /^audio\/(?:x-|vnd\.)?wave?$/);
          assert.equal(model, harness.models?.transcription);
        },
      ),
  },
  {
    name: 'segments have times in milliseconds',
    scenario: 'transcription-segments',
    run: (harness) =>
      onOperation(
        harness,
        'transcription',
        (size) => (exchange) => validAnswer('transcription', exchange, size),
        async ({ call }) => {
          const { segments } = await call({ timestamps: 'segment' });
          assert.deepEqual(
            segments.map(({ text, startMs, endMs }) => [text, startMs, endMs]),
            [
              ['Hello', 0, 1250],
              ['there.', 1250, 2500],
            ],
          );
        },
      ),
  },
  {
    name: 'speech returns the complete audio and its media type',
    scenario: 'speech',
    run: (harness) =>
      onOperation(
        harness,
        'speech',
        (size) => (exchange) => validAnswer('speech', exchange, size),
        async ({ call, server }) => {
          const { audio, mediaType } = await call();
          // The provider adds a header to raw samples.
          assert.deepEqual(Buffer.from(audio).subarray(-lengthOf(AUDIO_CHUNKS)), Buffer.concat(AUDIO_CHUNKS));
          assert.match(mediaType, /^audio\//);
          const { text, model } = operationRequest(server.requests[0] ?? assert.fail('no request'));
          assert.deepEqual([text, model], [TEXT, harness.models?.speech]);
        },
      ),
  },
  {
    name: 'speech emits audio as it arrives, and a consumer that stops reading closes the socket',
    scenario: 'speech-stream',
    run: (harness) =>
      onOperation(
        harness,
        'speech',
        (size) => (exchange) => ({
          fault: 'stall',
          at: { content: 1 },
          answer: validAnswer('speech', exchange, size),
        }),
        async ({ streamSpeech, server }) => {
          let received = 0;
          for await (const { length } of streamSpeech()) {
            received += length;
            if (received > 100) break;
          }
          await waitForClientClose(server.requests[0] ?? assert.fail('no request'));
        },
      ),
  },
];

const lengthOf = (pieces: readonly Uint8Array[]): number =>
  pieces.reduce((sum, { length }) => sum + length, 0);
