import { createHash } from 'node:crypto';
import {
  contextOf,
  deliveryOf,
  hasRecordings,
  playback,
  reasoningOf,
  recordings,
  requestOf,
  skippedNote,
  type Expected,
  type Playback,
  type Recording,
} from '@majordomo/test-support';
import { collect, type Collected } from '@majordomo/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AssistantPart, Model } from '@majordomo/core';
import { SseDecoder } from '@majordomo/core/toolkit';
import { EventWriter } from '@majordomo/wire-kit';
import { createGoogle } from '../src/index.ts';
import { usage as usageOf } from '../src/response.ts';
import { inBandError } from '../src/errors.ts';
import { GeminiReader } from '../src/stream.ts';
import exceptions from './corpus-exceptions.json' with { type: 'json' };

const cases = recordings('gemini-generate');
const excused = new Set((exceptions as readonly { readonly id: string }[]).map(({ id }) => id));

/** Maps the error kinds of the recordings. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  permission: ['auth'],
  'not-found': ['not-found'],
  'rate-limit': ['rate-limit'],
  'invalid-request': ['invalid-request', 'context-overflow'],
};

describe.skipIf(!hasRecordings)(`recordings of gemini-generate${skippedNote}`, () => {
  let server: Playback;
  beforeAll(async () => {
    server = await playback(cases);
  });
  afterAll(() => server.close());

  describe.each([
    ['a single chunk', 'complete'],
    ['chunks of 61 bytes', 61],
  ] as const)('through the SDK, in %s', (_name, cut) => {
    it.each(cases.map((recording) => [recording.id, recording] as const))('%s', async (id, recording) => {
      const vertex = recording.id.startsWith('vertex')
        ? { project: 'p', location: 'global', token: 't' }
        : { apiKey: 'k' };
      const model = createGoogle({ ...vertex, baseURL: server.url(recording, cut) }).model('gemini-test');
      const delivery = deliveryOf(recording);
      checkOrExcuse(id, recording, await collect(model, requestOf(), contextOf({ delivery })));
    });
  });

  it.each(
    cases.filter(({ expected }) => expected.streamed).map((recording) => [recording.id, recording] as const),
  )('byte by byte: %s', async (id, recording) => {
    checkOrExcuse(id, recording, await decodedByteByByte(recording));
  });

  it('have at most 2 % exceptions, and each names a recording', () => {
    expect(excused.size).toBeLessThanOrEqual(cases.length * 0.02);
    const ids = new Set(cases.map(({ id }) => id));
    expect([...excused].filter((id) => !ids.has(id))).toEqual([]);
  });
});

/** Checks a recording, or that the exception for the recording is needed. */
function checkOrExcuse(id: string, recording: Recording, collected: Collected): void {
  if (excused.has(id)) expect(() => check(recording, collected), 'the exception is needed').toThrow();
  else check(recording, collected);
}

function decodedByteByByte({ body }: Recording): Promise<Collected> {
  const reader = new GeminiReader({
    writer: new EventWriter('google/test', { collects: true }),
    family: 'gemini/test',
    toLlmError: (error) => inBandError(error, { target: 'google/test', secrets: [] }),
  });
  const decoder = new SseDecoder((data) => {
    reader.readMessage(data);
  });
  const model: Model = {
    ...createGoogle().model('gemini-test'),
    async *stream() {
      try {
        for (let at = 0; at < body.length; at++) decoder.push(body.subarray(at, at + 1));
        decoder.end();
        reader.end();
      } finally {
        yield reader.writer.take();
      }
    },
  };
  return collect(model, requestOf(), contextOf());
}

function check({ expected, status }: Recording, collected: Collected): void {
  if (expected.outcome === 'error') {
    expect(collected.error).toMatchObject({ name: 'LlmError', details: { status } });
    expect(KINDS[expected.error?.kind ?? '']).toContain(collected.error?.kind);
    return;
  }
  expect(collected.text).toBe(expected.text);
  expect(reasoningOf(collected.parts)).toBe(expected.reasoning);
  expect(collected.toolCalls.map(({ name, args }) => ({ name, args }))).toEqual(
    expected.toolCalls.map(({ name, arguments: args }) => ({ name, args })),
  );
  for (const [at, { id }] of expected.toolCalls.entries())
    if (id !== undefined) expect(collected.toolCalls[at]?.id).toBe(id);
  expect(signatures(collected.parts)).toEqual(expected.signatures.map(({ sha256 }) => sha256));
  checkFinish(expected, collected);
}

function checkFinish(
  { outcome, text, finishReasonRaw, usageRaw }: Expected,
  { finish, rawFinish, usage, error }: Collected,
): void {
  if (outcome === 'blocked' && text === '') {
    expect(error?.kind).toBe('content-filter');
    return;
  }
  expect(error).toBeUndefined();
  expect(rawFinish).toBe(finishReasonRaw ?? undefined);
  if (outcome === 'blocked') expect(finish).toBe('content-filter');
  if (usageRaw === null) expect(usage).toBeUndefined();
  else {
    const { details: _details, ...counted } = usageOf(usageRaw, 0);
    expect(usage).toMatchObject(counted);
  }
}

/** Returns the signatures in the order of the parts, including stored parts. */
function signatures(parts: readonly AssistantPart[]): string[] {
  return parts.flatMap(({ replay }) => {
    const data = replay?.data as
      | string
      | { readonly part: { readonly thoughtSignature?: string } }
      | null
      | undefined;
    const signature = typeof data === 'object' ? data?.part.thoughtSignature : data;
    return signature === undefined ? [] : [createHash('sha256').update(signature).digest('hex')];
  });
}
