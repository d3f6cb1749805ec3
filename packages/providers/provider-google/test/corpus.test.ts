import {
  checkError,
  contextOf,
  deliveryOf,
  reasoningOf,
  recordings,
  requestOf,
  sha256,
  testRecordings,
  type Expected,
  type Recording,
} from '@majordomo/test-support';
import { collect, type Collected } from '@majordomo/testing';
import { expect } from 'vitest';
import type { AssistantPart, Model } from '@majordomo/core';
import { SseDecoder } from '@majordomo/core/toolkit';
import { EventWriter } from '@majordomo/wire-kit';
import { createGoogle } from '../src/index.ts';
import { usage as usageOf } from '../src/response.ts';
import { inBandError } from '../src/errors.ts';
import { GeminiReader } from '../src/stream.ts';
import exceptions from './corpus-exceptions.json' with { type: 'json' };

const cases = recordings('gemini-generate');

testRecordings({
  title: 'recordings of gemini-generate through the SDK',
  cases,
  moreThan: 50,
  exceptions,
  cuts: [
    ['a single chunk', 'complete'],
    ['chunks of 61 bytes', 61],
  ],
  play(baseURL, recording) {
    const vertex = recording.id.startsWith('vertex')
      ? { project: 'p', location: 'global', token: 't' }
      : { apiKey: 'k' };
    const model = createGoogle({ ...vertex, baseURL }).model('gemini-test');
    return collect(model, requestOf(), contextOf({ delivery: deliveryOf(recording) }));
  },
  check,
});

testRecordings({
  title: 'streams of gemini-generate without the SDK',
  cases: cases.filter(({ expected }) => expected.streamed),
  moreThan: 20,
  exceptions,
  cuts: [['single bytes', 'bytes']],
  play: (_baseURL, recording) => decodedByteByByte(recording),
  check,
});

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

function check(collected: Collected, recording: Recording): void {
  const { expected } = recording;
  if (expected.outcome === 'error') {
    checkError(collected.error, recording);
    return;
  }
  expect(collected.text).toBe(expected.text);
  expect(reasoningOf(collected.parts)).toBe(expected.reasoning);
  expect(collected.toolCalls.map(({ name, args }) => ({ name, args }))).toEqual(
    expected.toolCalls.map(({ name, arguments: args }) => ({ name, args })),
  );
  for (const [at, { id }] of expected.toolCalls.entries())
    if (id !== undefined) expect(collected.toolCalls[at]?.id).toBe(id);
  expect(signatures(collected.parts)).toEqual(expected.signatures.map(({ sha256: hash }) => hash));
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
    return signature === undefined ? [] : [sha256(signature)];
  });
}
