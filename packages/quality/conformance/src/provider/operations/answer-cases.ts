import assert from 'node:assert/strict';
import type { RerankResult } from '@majordomo/core';
import { waitForClientClose } from '../bench.ts';
import type { Exchange } from '../../server/exchange.ts';
import { type Case, type Harness, testCase } from '../harness.ts';
import { classificationCases } from './classification-cases.ts';
import { validAnswer, validAnswers, AUDIO_CHUNKS, vectorOf, verdictOf } from './answers.ts';
import { failedWith, onOperation, RECORDING, operationRequest, TEXT } from './bench.ts';

/** Strings of different lengths that must be sent unchanged. */
const VALUES = ['a', 'b\n\nB', ' Ç“c” '];

const MORE = 'an additional vector';

/** Changes to the vectors of a response, after which a call must fail. */
const DAMAGES: readonly (readonly [
  what: string,
  damage: (vectors: readonly Float32Array[]) => readonly Float32Array[],
])[] = [
  ['a missing vector', (vectors) => vectors.slice(1)],
  [MORE, (vectors) => [...vectors, ...vectors.slice(-1)]],
  ['a shorter vector', ([first, ...rest]) => [...rest, ...(first === undefined ? [] : [first.slice(1)])]],
];

/** Asserts that a call fails if the response has the wrong number of vectors or vectors of the wrong length. */
async function checkInvalidVectors(harness: Harness): Promise<void> {
  for (const [what, damage] of DAMAGES) {
    const script =
      (size: number) =>
      ({ operation }: Exchange) => ({
        vectors: damage((operation?.values ?? []).map((value) => vectorOf(value, size))),
      });
    await onOperation(harness, 'embedding', script, async ({ call, server }) => {
      const result = call({ values: ['a', 'bb'] });
      await result.catch(() => undefined);
      // A wire that sends one string per request reads only the first vector of a response.
      const isOneEach = server.requests.every(({ operation }) => operation?.values.length === 1);
      if (!isOneEach || what !== MORE) await failedWith(result, what, 'protocol');
    });
  }
}

/** Cases of operations other than chat: their requests and responses. */
export const operationAnswerCases: readonly Case[] = [
  testCase(
    'embedding',
    'embeddings have one vector per text, in order and with the declared length',
    (harness) =>
      onOperation(harness, 'embedding', validAnswers('embedding'), async ({ call, server, size }) => {
        const { vectors } = await call({ values: VALUES });
        assert.deepEqual(
          vectors,
          VALUES.map((value) => vectorOf(value, size)),
        );
        const sent = server.requests.map(operationRequest);
        assert.deepEqual(sent.flatMap(({ values }) => values).sort(), VALUES.toSorted());
        assert.ok(sent.every(({ model }) => model === harness.models?.embedding));
      }),
  ),
  testCase('embedding-dimensions', 'shorter vectors are requested or cut, and have the norm 1', (harness) =>
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
  ),
  testCase('embedding-count', 'a wrong number or length of vectors fails with protocol', checkInvalidVectors),
  testCase('transcription', 'a recording is sent completely, and its transcript is returned', (harness) =>
    onOperation(harness, 'transcription', validAnswers('transcription'), async ({ call, server }) => {
      assert.equal((await call()).text, 'Hello there.');
      const { audio, model } = operationRequest(server.requests[0] ?? assert.fail('no request'));
      assert.deepEqual(audio?.bytes, RECORDING);
      // On some wires, the request does not contain the media type.
      assert.match(audio.mediaType || 'audio/wav', /^audio\/(?:x-|vnd\.)?wave?$/);
      assert.equal(model, harness.models?.transcription);
    }),
  ),
  testCase('transcription-segments', 'segments have times in milliseconds', (harness) =>
    onOperation(harness, 'transcription', validAnswers('transcription'), async ({ call }) => {
      const { segments } = await call({ timestamps: 'segment' });
      assert.deepEqual(
        segments.map(({ text, startMs, endMs }) => [text, startMs, endMs]),
        [
          ['Hello', 0, 1250],
          ['there.', 1250, 2500],
        ],
      );
    }),
  ),
  testCase('speech', 'speech returns the complete audio and its media type', (harness) =>
    onOperation(harness, 'speech', validAnswers('speech'), async ({ call, server }) => {
      const { audio, mediaType } = await call();
      // Compare only the end, because a provider adds a header if the vendor sends raw samples.
      assert.deepEqual(Buffer.from(audio).subarray(-lengthOf(AUDIO_CHUNKS)), Buffer.concat(AUDIO_CHUNKS));
      assert.match(mediaType, /^audio\//);
      const { text, model } = operationRequest(server.requests[0] ?? assert.fail('no request'));
      assert.deepEqual([text, model], [TEXT, harness.models?.speech]);
    }),
  ),
  testCase(
    'speech-stream',
    'speech emits audio as it arrives, and a consumer that stops reading closes the socket',
    (harness) =>
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
            // More bytes than a WAV header has, so that some of them are audio.
            if (received > 100) break;
          }
          await waitForClientClose(server.requests[0] ?? assert.fail('no request'));
        },
      ),
  ),
  testCase('rerank', 'documents are sent unchanged, and the results are sorted and limited', (harness) =>
    onOperation(harness, 'rerank', validAnswers('rerank'), async ({ call, server }) => {
      const { results } = await call({ values: VALUES, topN: 2 });
      assert.deepEqual(results, [
        { index: 2, score: 1 },
        { index: 1, score: 0 },
      ]);
      const { text, values, model } = operationRequest(server.requests[0] ?? assert.fail('no request'));
      assert.deepEqual([text, values, model], [TEXT, VALUES, harness.models?.rerank]);
      assert.equal((await call({ values: VALUES })).results.length, VALUES.length);
      assert.equal(server.requests.length, 2);
    }),
  ),
  testCase('rerank-invalid', 'invalid rankings fail with protocol', async (harness) => {
    for (const [what, ranking] of INVALID_RANKINGS) {
      const script = () => () => ({ ranking: ranking as readonly RerankResult[] });
      await onOperation(harness, 'rerank', script, async ({ call }) => {
        await failedWith(call({ values: VALUES }), what, 'protocol');
      });
    }
  }),
  testCase('moderation', 'verdicts are returned in the order of the values', (harness) =>
    onOperation(harness, 'moderation', validAnswers('moderation'), async ({ call, server }) => {
      const values = [...VALUES, 'bad'];
      const { results } = await call({ values });
      assert.deepEqual(results, values.map(verdictOf));
      const sent = server.requests.map(operationRequest);
      assert.deepEqual(
        sent.flatMap((request) => request.values),
        values,
      );
      assert.ok(sent.every(({ model }) => model === harness.models?.moderation));
    }),
  ),
  testCase('moderation-count', 'a wrong number of verdicts fails with protocol', async (harness) => {
    for (const count of [0, 2, 4]) {
      const script = () => () => ({ verdicts: ['a', 'b', 'c', 'd'].slice(0, count).map(verdictOf) });
      await onOperation(harness, 'moderation', script, async ({ call }) => {
        await failedWith(call({ values: VALUES }), `${count} verdicts`, 'protocol');
      });
    }
  }),
  ...classificationCases,
];

/** Rerank results that core must reject for a request with three documents. `FAULTS` in `cases.ts` tests invalid JSON. */
const INVALID_RANKINGS: readonly (readonly [what: string, ranking: unknown])[] = [
  ['an index beyond the documents', ranked([0, 1], [1, 2], [3, 3])],
  ['a negative index', ranked([0, 1], [1, 2], [-1, 3])],
  ['an index twice', ranked([0, 1], [1, 2], [1, 3])],
  ['an index that is a string', ranked([0, 1], [1, 2], ['2', 3])],
  ['a score that is a string', ranked([0, 1], [1, 2], [2, '3'])],
  ['a score that is not finite', ranked([0, 1], [1, 2], [2, Infinity])],
  ['too few results', ranked([0, 1], [1, 2])],
  ['no list', {}],
];

function ranked(...entries: readonly (readonly [index: unknown, score: unknown])[]): readonly object[] {
  return entries.map(([index, score]) => ({ index, score }));
}

const lengthOf = (pieces: readonly Uint8Array[]): number =>
  pieces.reduce((sum, { length }) => sum + length, 0);
