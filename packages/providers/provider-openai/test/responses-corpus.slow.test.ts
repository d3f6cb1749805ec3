import type { ErrorKind } from '@majordomo/core';
import {
  contextOf,
  deliveryOf,
  hasRecordings,
  playback,
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
import { RESPONSES_EXCEPTIONS } from './exceptions.ts';
import { failureFacts, testFacts, type Facts } from './recorded-facts.ts';

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

function expectedOf({ expected: facts }: Recording): Facts {
  if (facts.error !== null) {
    const { kind, status } = facts.error;
    return failureFacts(KINDS[kind] ?? [kind], status ?? undefined);
  }
  // The vendor had not begun the response, which the request asked it to compute in the background.
  if (facts.finishReasonRaw === 'queued') return failureFacts(['unsupported'], undefined);
  return {
    text: facts.text + facts.refusal,
    reasoning: facts.reasoning,
    toolCalls: facts.toolCalls.map(({ name, arguments: args, id }) => ({ name, args, id })),
    finish: facts.finishReasonRaw ?? undefined,
    usage: facts.usageRaw && {
      input: facts.usageRaw['input_tokens'],
      output: facts.usageRaw['output_tokens'],
    },
    error: undefined,
  };
}

/** Error kinds that each coarse kind of the facts can become by the error's code or text. */
const KINDS: Readonly<Record<string, readonly ErrorKind[]>> = {
  'invalid-request': ['invalid-request', 'context-overflow', 'not-found', 'content-filter', 'auth'],
  permission: ['auth', 'billing'],
  stream: ['quota', 'rate-limit', 'server', 'invalid-request'],
};

describe.skipIf(!hasRecordings)(`recorded responses${skippedNote}`, () => {
  testFacts(cases, play, expectedOf, RESPONSES_EXCEPTIONS, 50);

  test('emits no text twice, and finds no leaked call', async () => {
    for (const recording of cases.filter(({ expected }) => expected.error === null)) {
      const { finish, parts } = await play(recording, 'random');
      expect([recording.id, finish]).not.toEqual([recording.id, 'incomplete']);
      const ids = parts.flatMap((part) => (part.type === 'tool-call' ? [part.id] : []));
      expect(new Set(ids).size).toBe(ids.length);
    }
  });
});
