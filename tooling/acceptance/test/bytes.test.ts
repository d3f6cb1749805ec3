import type { Answer, Framing, Wire } from '@majordomo/conformance';
import { describe, expect, it } from 'vitest';
import { ANSWERS, CUT_ARGUMENTS, WIRES } from '../src/bytes/answers.ts';
import { atRandom, byteByByte, eventEnds, sample } from '../src/bytes/cuts.ts';
import type { Respond } from '../src/bytes/exchange.ts';
import { isSame, wrongWith } from '../src/bytes/judge.ts';
import { FOLDER, isThere, streams, type Recording } from '../src/bytes/recordings.ts';
import { speakerOf, SPOKEN, type Speaker } from '../src/bytes/speakers.ts';

const speakers = new Map<string, Speaker>();

function speaker({ wire, vendor }: Pick<Recording, 'wire' | 'vendor'>): Speaker {
  const key = `${wire} ${vendor}`;
  const known = speakers.get(key) ?? speakerOf(wire, vendor);
  speakers.set(key, known);
  return known;
}

/** How a body may come: whole, byte by byte, in random pieces. */
const pieced = (body: Uint8Array, seed: number): readonly (readonly Uint8Array[])[] => [
  byteByByte(body),
  atRandom(body, seed, 16),
  atRandom(body, seed + 1, 400),
];

/** Bodies that end at the boundaries of events. */
const ended = (wire: string, body: Uint8Array, seed: number): readonly Uint8Array[] =>
  sample([0, ...eventEnds(wire, body)], MOST_ENDS, seed).map((end) => body.subarray(0, end));

const MOST_ENDS = 60;

const seedOf = (id: string): number => Array.from(id).reduce((sum, { length }, at) => sum + length * at, 7);

/** What goes wrong with a recording that ends too early. */
async function wrongWhenCut(recording: Recording): Promise<readonly string[]> {
  const { id, wire, status, headers, body } = recording;
  const { hear } = speaker(recording);
  const whole = await hear(() => ({ status, headers, pieces: [body] }));
  const wrong: string[] = [];
  for (const cut of ended(wire, body, seedOf(id))) {
    const why = wrongWith(await hear(() => ({ status, headers, pieces: [cut] })), whole);
    if (why !== undefined) wrong.push(`after ${cut.length} of ${body.length} bytes: ${why}`);
  }
  return wrong;
}

const recorded = streams().filter(({ wire }) => SPOKEN.includes(wire));

const EARLY_FINISH = 'the vendor gives a finish reason before its end: what is cut behind it looks whole';

/** Recordings that cannot be told from a whole answer where they are cut, each with the reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'corpus/gemini/gen-s-text-53-two-terminal-stream-unicode-answer-after-t': EARLY_FINISH,
  'corpus/openrouter/chat-s-in-band-error-00-test-openrouter-stream-error-yaml': EARLY_FINISH,
  'corpus/together/chat-s-tools-parallel-03-recording-har': EARLY_FINISH,
  'corpus/vertex/gen-s-blocked-16-streaming-failure-recitation-no-content-tx': EARLY_FINISH,
  'corpus/vertex/gen-s-text-09-streaming-success-citations-txt': EARLY_FINISH,
};

describe.runIf(isThere)(`recorded streams${isThere ? '' : ` (skipped: none at ${FOLDER})`}`, () => {
  it('are there, of every wire', () => {
    expect(recorded.length).toBeGreaterThan(150);
    expect([...new Set(recorded.map(({ wire }) => wire))].sort()).toEqual([...SPOKEN].sort());
  });

  it.each(recorded.map((recording) => [recording.id, recording] as const))(
    '%s is the same however its bytes come, and truncated wherever it ends too early',
    async (id, recording) => {
      const { status, headers, body } = recording;
      const { hear } = speaker(recording);
      const whole = await hear(() => ({ status, headers, pieces: [body] }));
      for (const pieces of pieced(body, seedOf(id)))
        expect(isSame(await hear(() => ({ status, headers, pieces })), whole)).toBe(true);
      const wrong = await wrongWhenCut(recording);
      if (id in EXCEPTIONS) expect(wrong, 'no exception is needed').not.toEqual([]);
      else expect(wrong).toEqual([]);
    },
  );

  it('exceptions are few, and name recordings', () => {
    const ids = recorded.map(({ id }) => id);
    expect(Object.keys(EXCEPTIONS).filter((id) => !ids.includes(id))).toEqual([]);
    expect(Object.keys(EXCEPTIONS).length).toBeLessThanOrEqual(recorded.length * 0.02);
  });
});

/** The wire's own bytes for what was asked. */
const says =
  (
    wire: Wire,
    answer: Answer,
    cut: (body: Uint8Array) => readonly Uint8Array[],
    framing: Framing = {},
  ): Respond =>
  ({ path, body }) => {
    const frames = wire.stream({ id: 'r1', ...answer }, wire.read(path, body), framing);
    const pieces = cut(Buffer.concat(frames.map(({ bytes }) => bytes)));
    return { status: 200, headers: wire.streamHeaders, pieces };
  };

const NEWLINES: readonly Framing[] = [{}, { newline: '\r\n' }, { newline: '\r\n', noise: true }];

describe.each(WIRES)('a generated stream of %s', (_name, vendor, wire) => {
  const { hear } = speaker({ wire: wire.name, vendor });

  // What cannot be said on a wire has no bytes.
  const sayable = Object.entries(ANSWERS).filter(
    ([name]) => !(name === CUT_ARGUMENTS && 'bad-arguments' in wire.cannot),
  );
  describe.each(sayable)('with %s', (name, answer) => {
    const seed = seedOf(name);

    it('gives the events that are written down', async () => {
      const { events, error } = await hear(says(wire, answer, (body) => [body]));
      const lines = events.map((event) => JSON.stringify(event));
      expect(
        [...lines, ...(error === undefined ? [] : [`${error.kind}: ${error.message}`])].join('\n'),
      ).toMatchSnapshot();
    });

    it('is the same however its bytes come', async () => {
      const whole = await hear(says(wire, answer, (body) => [body]));
      for (const framing of NEWLINES) {
        for (let way = 0; way < 3; way++) {
          const cut = (body: Uint8Array) => pieced(body, seed)[way] ?? [];
          expect(isSame(await hear(says(wire, answer, cut, framing)), whole)).toBe(true);
        }
      }
    });

    it('is truncated wherever it ends too early', async () => {
      const whole = await hear(says(wire, answer, (body) => [body]));
      let bodies: readonly Uint8Array[] = [];
      await hear(
        says(wire, answer, (body) => {
          bodies = ended(wire.name, body, seed);
          return [body];
        }),
      );
      expect(bodies.length).toBeGreaterThan(0);
      const wrong: string[] = [];
      for (const cut of bodies) {
        const why = wrongWith(await hear(says(wire, answer, () => [cut])), whole);
        if (why !== undefined) wrong.push(`after ${cut.length} bytes: ${why}`);
      }
      expect(wrong).toEqual([]);
    });
  });
});
