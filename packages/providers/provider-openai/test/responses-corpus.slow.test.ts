import type { ErrorKind } from '@majordomo/core';
import {
  contextOf,
  deliveryOf,
  hasRecordings,
  playback,
  reasoningOf,
  recordings,
  requestOf,
  skippedNote,
  type Cut,
  type Playback,
  type Recording,
} from '@majordomo/test-support';
import type { Collected } from '@majordomo/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openaiCompatible } from '../src/index.ts';
import { collect } from './collected.ts';
import { RESPONSES_EXCEPTIONS, type Exception } from './exceptions.ts';

const cases = recordings('openai-responses');
let server: Playback;
beforeAll(async () => {
  server = await playback(cases);
});
afterAll(() => server.close());

function play(recording: Recording, cut: Cut): Promise<Collected> {
  const { vendor, expected } = recording;
  const profile = { api: 'responses', id: vendor, baseURL: server.url(recording, cut) } as const;
  const delivery = deliveryOf({ expected });
  return collect(
    openaiCompatible(profile, { apiKey: 'test-key' }),
    requestOf(),
    contextOf({ target: `${vendor}/m`, delivery }),
  );
}

type Facts = Record<Exception['field'], unknown>;

/** Returns the response as facts. */
function read(collected: Collected): Facts {
  const { text, parts, finish, rawFinish, usage, error } = collected;
  return {
    text,
    reasoning: reasoningOf(parts),
    toolCalls: parts.flatMap((part) =>
      part.type === 'tool-call'
        ? [{ name: part.name, arguments: part.invalid === undefined ? part.args : null, id: part.id }]
        : [],
    ),
    finish: rawFinish,
    usage: finish && { input: usage?.input, output: usage?.output },
    error: error && { kind: error.kind, status: error.details.status },
  };
}

function expectedOf({ expected: facts }: Recording): Facts {
  if (facts.error !== null) {
    const kinds = KINDS[facts.error.kind] ?? [facts.error.kind];
    return {
      ...NO_FACTS,
      error: {
        kind: expect.toSatisfy((kind: ErrorKind) => kinds.includes(kind)),
        status: facts.error.status ?? undefined,
      },
    };
  }
  // The vendor had not begun the response, which the request asked it to compute in the background.
  if (facts.finishReasonRaw === 'queued')
    return { ...NO_FACTS, error: { kind: 'unsupported', status: undefined } };
  return {
    text: facts.text + facts.refusal,
    reasoning: facts.reasoning,
    toolCalls: facts.toolCalls.map(({ name, arguments: args, id }) => ({ name, arguments: args, id })),
    finish: facts.finishReasonRaw ?? undefined,
    usage: { input: facts.usageRaw?.['input_tokens'], output: facts.usageRaw?.['output_tokens'] },
    error: undefined,
  };
}

const NO_FACTS: Facts = {
  text: expect.any(String),
  reasoning: expect.any(String),
  toolCalls: expect.any(Array),
  finish: undefined,
  usage: undefined,
  error: undefined,
};

/** Error kinds that each coarse kind of the facts can become by the error's code or text. */
const KINDS: Readonly<Record<string, readonly ErrorKind[]>> = {
  'invalid-request': ['invalid-request', 'context-overflow', 'not-found', 'content-filter', 'auth'],
  permission: ['auth', 'billing'],
  stream: ['quota', 'rate-limit', 'server', 'invalid-request'],
};

function without(facts: Facts, id: string): Partial<Facts> {
  const skipped = RESPONSES_EXCEPTIONS.filter((exception) => exception.id === id).map(({ field }) => field);
  return Object.fromEntries(
    Object.entries(facts).filter(([field]) => !skipped.some((name) => name === field)),
  );
}

describe.skipIf(!hasRecordings)(`recorded responses${skippedNote}`, () => {
  test.each(cases)('$id results in its facts', async (recording) => {
    expect(without(read(await play(recording, 'random')), recording.id)).toEqual(
      without(expectedOf(recording), recording.id),
    );
  });

  test.each(cases.filter(({ expected, status }) => expected.streamed && status === 200))(
    '$id gives the same when it comes byte by byte',
    async (recording) => {
      const [bytes, random] = await Promise.all([play(recording, 'bytes'), play(recording, 'random')]);
      expect(read(bytes)).toEqual(read(random));
    },
  );

  test('emits no text twice, and finds no leaked call', async () => {
    for (const recording of cases.filter(({ expected }) => expected.error === null)) {
      const { finish, parts } = await play(recording, 'random');
      expect([recording.id, finish]).not.toEqual([recording.id, 'incomplete']);
      const ids = parts.flatMap((part) => (part.type === 'tool-call' ? [part.id] : []));
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  test('has at most 2 % exceptions', () => {
    expect(cases.length).toBeGreaterThan(50);
    expect(new Set(RESPONSES_EXCEPTIONS.map(({ id }) => id)).size).toBeLessThanOrEqual(cases.length * 0.02);
  });
});
