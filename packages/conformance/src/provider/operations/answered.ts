import assert from 'node:assert/strict';
import { waitForClientClose } from '../bench.ts';
import type { Case, Harness } from '../harness.ts';
import { invoke, SOUND, vectorOf } from './answers.ts';
import { failedWith, onOperation, RECORDING, saidBy, TEXT } from './asking.ts';

/** Texts that are to be left as they are, of different lengths. */
const VALUES = ['a', 'b\n\nB', ' Ç“c” '];

const MORE = 'a vector more';

/** Vectors that are wrong by their number or their length. */
async function wrongVectors(
  harness: Harness,
  what: string,
  spoil: (vectors: readonly Float32Array[]) => readonly Float32Array[],
): Promise<void> {
  await onOperation(
    harness,
    'embedding',
    (size) =>
      ({ operation }) => ({
        vectors: spoil((operation?.values ?? []).map((value) => vectorOf(value, size))),
      }),
    async ({ ask, server }) => {
      const call = ask({ values: ['a', 'bb'] });
      await call.catch(() => undefined);
      // A wire that takes one text at a time has no place for another vector.
      const isOneEach = server.requests.every(({ operation }) => operation?.values.length === 1);
      if (!isOneEach || what !== MORE) await failedWith(call, what, 'protocol');
    },
  );
}

/** What is answered, and how it was asked. */
export const answeredCases: readonly Case[] = [
  {
    name: 'vectors come one for each text, in their order, of the length that is known',
    scenario: 'embedding',
    run: (harness) =>
      onOperation(
        harness,
        'embedding',
        (size) => (exchange) => invoke('embedding', exchange, size),
        async ({ ask, server, size }) => {
          const { vectors } = await ask({ values: VALUES });
          assert.deepEqual(
            vectors,
            VALUES.map((value) => vectorOf(value, size)),
          );
          const sent = server.requests.map(saidBy);
          assert.deepEqual(sent.flatMap(({ values }) => values).sort(), VALUES.toSorted());
          assert.ok(sent.every(({ model }) => model === harness.models?.embedding));
        },
      ),
  },
  {
    name: 'shorter vectors are asked for or cut, and have the length 1',
    scenario: 'embedding-dimensions',
    run: (harness) =>
      onOperation(
        harness,
        'embedding',
        (size) =>
          ({ operation }) => ({
            vectors: [Float32Array.from({ length: operation?.dimensions ?? size }, () => 0.5)],
          }),
        async ({ ask }) => {
          const { vectors } = await ask({ dimensions: 4 });
          assert.deepEqual(vectors, [Float32Array.of(0.5, 0.5, 0.5, 0.5)]);
        },
      ),
  },
  {
    name: 'vectors of a wrong number or length are a protocol failure',
    scenario: 'embedding-count',
    run: async (harness) => {
      await wrongVectors(harness, 'a vector less', (vectors) => vectors.slice(1));
      await wrongVectors(harness, MORE, (vectors) => [...vectors, ...vectors.slice(-1)]);
      await wrongVectors(harness, 'a shorter vector', ([first, ...rest]) => [
        ...rest,
        ...(first === undefined ? [] : [first.slice(1)]),
      ]);
    },
  },
  {
    name: 'a recording reaches the wire whole, and its words come back',
    scenario: 'transcription',
    run: (harness) =>
      onOperation(
        harness,
        'transcription',
        (size) => (exchange) => invoke('transcription', exchange, size),
        async ({ ask, server }) => {
          assert.equal((await ask()).text, 'Hello there.');
          const { audio, model } = saidBy(server.requests[0] ?? assert.fail('no request'));
          assert.deepEqual(audio?.bytes, RECORDING);
          // Some wires have no word for the format.
          assert.match(audio.mediaType || 'audio/wav', /^audio\/(?:x-|vnd\.)?wave?$/);
          assert.equal(model, harness.models?.transcription);
        },
      ),
  },
  {
    name: 'segments are told in milliseconds',
    scenario: 'transcription-segments',
    run: (harness) =>
      onOperation(
        harness,
        'transcription',
        (size) => (exchange) => invoke('transcription', exchange, size),
        async ({ ask }) => {
          const { segments } = await ask({ timestamps: 'segment' });
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
    name: 'a text is spoken: its sound comes whole, and says what it is',
    scenario: 'speech',
    run: (harness) =>
      onOperation(
        harness,
        'speech',
        (size) => (exchange) => invoke('speech', exchange, size),
        async ({ ask, server }) => {
          const { audio, mediaType } = await ask();
          // Bare samples get a header.
          assert.deepEqual(Buffer.from(audio).subarray(-lengthOf(SOUND)), Buffer.concat(SOUND));
          assert.match(mediaType, /^audio\//);
          const { text, model } = saidBy(server.requests[0] ?? assert.fail('no request'));
          assert.deepEqual([text, model], [TEXT, harness.models?.speech]);
        },
      ),
  },
  {
    name: 'sound is heard as it comes, and who stops listening closes the socket',
    scenario: 'speech-stream',
    run: (harness) =>
      onOperation(
        harness,
        'speech',
        (size) => (exchange) => ({
          fault: 'stall',
          at: { content: 1 },
          answer: invoke('speech', exchange, size),
        }),
        async ({ hear, server }) => {
          let heard = 0;
          for await (const { length } of hear()) {
            heard += length;
            if (heard > 100) break;
          }
          await waitForClientClose(server.requests[0] ?? assert.fail('no request'));
        },
      ),
  },
];

const lengthOf = (pieces: readonly Uint8Array[]): number =>
  pieces.reduce((sum, { length }) => sum + length, 0);
