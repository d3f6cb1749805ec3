import type { Answer, Framing, Wire } from '@majordomo/conformance';
import { hasRecordings, recordings, sequences, skippedNote, type Recording } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { ANSWERS, CUT_ARGUMENTS, WIRES } from '../src/bytes/answers.ts';
import { atRandom, byteByByte, eventEnds, sample } from '../src/bytes/cuts.ts';
import type { Respond } from '../src/exchange.ts';
import { isSame, truncationProblem } from '../src/bytes/judge.ts';
import { streamCallerOf, IMPLEMENTED_WIRES, type StreamCaller } from '../src/bytes/speakers.ts';

const callers = new Map<string, StreamCaller>();

function callerOf(wire: string, vendor: string): StreamCaller {
  const key = `${wire} ${vendor}`;
  const caller = callers.get(key) ?? streamCallerOf(wire, vendor);
  callers.set(key, caller);
  return caller;
}

/**
 * Splits a body in different ways: into single bytes, into small and into larger random chunks. The default run splits a long body
 * into single bytes only at its beginning. With SOAK=1, as in the nightly run, everywhere.
 */
const splitVariants = (body: Uint8Array, seed: number): readonly (readonly Uint8Array[])[] => [
  byteByByte(body, IS_SOAK ? body.length : MAX_SINGLE_BYTES),
  atRandom(body, seed, 16),
  atRandom(body, seed + 1, 400),
];

/** Returns truncated bodies that end at the boundaries of events. */
const truncatedBodies = (
  wire: string,
  body: Uint8Array,
  seed: number,
  mostEnds = MOST_ENDS,
): readonly Uint8Array[] =>
  sample([0, ...eventEnds(wire, body)], mostEnds, seed).map((end) => body.subarray(0, end));

const IS_SOAK = process.env['SOAK'] !== undefined;
const MAX_SINGLE_BYTES = 4000;
/** Maximum number of ends of a body. SOAK=1, as in the nightly run, tests more. */
const MOST_ENDS_IN_SOAK = 60;
const MOST_ENDS = IS_SOAK ? MOST_ENDS_IN_SOAK : 12;
/** Maximum number of ends of a recorded body, of which each wire has many. */
const MOST_RECORDED_ENDS = IS_SOAK ? MOST_ENDS_IN_SOAK : 4;

const seedOf = (id: string): number => Array.from(id).reduce((sum, { length }, at) => sum + length * at, 7);

/** Returns the problems with truncated bodies of a recording. */
async function truncationProblems(recording: Recording): Promise<readonly string[]> {
  const { id, vendor, status, headers, body } = recording;
  const { wire } = recording.expected;
  const { call } = callerOf(wire, vendor);
  const complete = await call(() => ({ status, headers, pieces: [body] }));
  const problems: string[] = [];
  // The end that makes an exception necessary must be among the tested ends.
  const mostEnds = id in EXCEPTIONS ? MOST_ENDS_IN_SOAK : MOST_RECORDED_ENDS;
  for (const cut of truncatedBodies(wire, body, seedOf(id), mostEnds)) {
    const problem = truncationProblem(await call(() => ({ status, headers, pieces: [cut] })), complete);
    if (problem !== undefined) problems.push(`after ${cut.length} of ${body.length} bytes: ${problem}`);
  }
  return problems;
}

/** Recorded streams of single exchanges and of tool loops. Their chunks have other lengths here. */
const recordedStreams = [...recordings(), ...sequences().flatMap(({ steps }) => steps)]
  .filter(({ expected, status }) => expected.streamed && status === 200)
  .filter(({ expected }) => IMPLEMENTED_WIRES.includes(expected.wire))
  .map((recording): Recording => {
    const { 'content-length': _length, 'content-encoding': _coding, ...headers } = recording.headers;
    return { ...recording, headers };
  });

const EARLY_FINISH =
  'the vendor sends a finish reason before the end, so that a cut after it looks like a complete response';

/** Recordings whose truncated body looks like a complete response, each with the reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'gemini/gen-s-text-53-two-terminal-stream-unicode-answer-after-t': EARLY_FINISH,
  'openrouter/chat-s-in-band-error-00-test-openrouter-stream-error-yaml': EARLY_FINISH,
  'together/chat-s-tools-parallel-03-recording-har': EARLY_FINISH,
  'vertex/gen-s-blocked-16-streaming-failure-recitation-no-content-tx': EARLY_FINISH,
  'vertex/gen-s-text-09-streaming-success-citations-txt': EARLY_FINISH,
};

describe.runIf(hasRecordings)(`recorded streams${skippedNote}`, () => {
  it('include every wire', () => {
    expect(recordedStreams.length).toBeGreaterThan(150);
    expect([...new Set(recordedStreams.map(({ expected }) => expected.wire))].sort()).toEqual(
      [...IMPLEMENTED_WIRES].sort(),
    );
  });

  it.each(recordedStreams.map((recording, index) => [recording.id, recording, index] as const))(
    '%s has the same result for any chunks, and is reported as truncated if it ends early',
    async (id, recording, index) => {
      const { status, headers, body } = recording;
      const { call } = callerOf(recording.expected.wire, recording.vendor);
      const complete = await call(() => ({ status, headers, pieces: [body] }));
      // Each wire has many recordings, so one variant for each of them is sufficient. SOAK=1, as in the nightly run, tests all.
      const variants = splitVariants(body, seedOf(id)).filter((_, at) => IS_SOAK || at === index % 3);
      for (const pieces of variants)
        expect(isSame(await call(() => ({ status, headers, pieces })), complete)).toBe(true);
      const problems = await truncationProblems(recording);
      if (id in EXCEPTIONS) expect(problems, 'no exception is needed').not.toEqual([]);
      else expect(problems).toEqual([]);
    },
  );

  it('have few exceptions, each for an existing recording', () => {
    const ids = recordedStreams.map(({ id }) => id);
    expect(Object.keys(EXCEPTIONS).filter((id) => !ids.includes(id))).toEqual([]);
    expect(Object.keys(EXCEPTIONS).length).toBeLessThanOrEqual(recordedStreams.length * 0.02);
  });
});

/** Responds with the bytes that the API sends for a response. */
const respondWith =
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
  const { call } = callerOf(wire.name, vendor);

  // Omit responses that the API cannot represent.
  const representable = Object.entries(ANSWERS).filter(
    ([name]) => !(name === CUT_ARGUMENTS && 'bad-arguments' in wire.cannot),
  );
  describe.each(representable)('with %s', (name, answer) => {
    const seed = seedOf(name);

    it('has the same result for any chunks', async () => {
      const complete = await call(respondWith(wire, answer, (body) => [body]));
      for (const [index, framing] of NEWLINES.entries()) {
        // Each framing is combined with one variant, and with SOAK=1, as in the nightly run, with all variants.
        for (const variant of IS_SOAK ? [0, 1, 2] : [index]) {
          const cut = (body: Uint8Array) => splitVariants(body, seed)[variant] ?? [];
          expect(isSame(await call(respondWith(wire, answer, cut, framing)), complete)).toBe(true);
        }
      }
    });

    it('is reported as truncated if it ends early', async () => {
      const complete = await call(respondWith(wire, answer, (body) => [body]));
      let bodies: readonly Uint8Array[] = [];
      await call(
        respondWith(wire, answer, (body) => {
          bodies = truncatedBodies(wire.name, body, seed);
          return [body];
        }),
      );
      expect(bodies.length).toBeGreaterThan(0);
      const problems: string[] = [];
      for (const cut of bodies) {
        const problem = truncationProblem(await call(respondWith(wire, answer, () => [cut])), complete);
        if (problem !== undefined) problems.push(`after ${cut.length} bytes: ${problem}`);
      }
      expect(problems).toEqual([]);
    });
  });
});
