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
  type Expected,
  type Playback,
  type Recording,
} from '@majordomo/test-support';
import type { Collected } from '@majordomo/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openaiCompatible, PROFILES } from '../src/index.ts';
import { collect } from './collected.ts';
import { EXCEPTIONS } from './exceptions.ts';
import { factsOf, failureFacts, testFacts, type Facts } from './recorded-facts.ts';

const cases = recordings('openai-chat');
const byId = new Map(cases.map((recording) => [recording.id, recording]));

let server: Playback;
beforeAll(async () => {
  server = await playback(cases);
});
afterAll(() => server.close());

const BY_ID = new Map(PROFILES.map((profile) => [profile.id, profile]));

function play(recording: Recording, cut: Cut): Promise<Collected> {
  const { vendor, expected } = recording;
  const profile = BY_ID.get(vendor) ?? { id: vendor, baseURL: 'https://vendor.invalid/v1' };
  const provider = openaiCompatible(profile, { apiKey: 'test-key', baseURL: server.url(recording, cut) });
  const delivery = deliveryOf({ expected });
  return collect(provider, requestOf(), contextOf({ target: `${vendor}/m`, delivery }));
}

function expectedOf({ expected: facts, vendor }: Recording): Facts {
  if (facts.error !== null) return failureFacts(kindsOf(facts.error), facts.error.status ?? undefined);
  if (facts.outcome === 'blocked') return failureFacts(['content-filter'], undefined);
  return {
    text: facts.text + facts.refusal,
    reasoning: facts.reasoning,
    toolCalls: facts.toolCalls.map(({ name, arguments: args, id }) => ({
      name,
      args,
      id: id ?? expect.any(String),
    })),
    finish: facts.finishReasonRaw ?? undefined,
    usage: facts.usageRaw === null ? undefined : tokenTotals(facts.usageRaw, vendor),
    error: undefined,
  };
}

/** Error kinds that each coarse kind of the facts can become by the error's code or text. */
const KINDS: Readonly<Record<string, readonly ErrorKind[]>> = {
  'invalid-request': ['invalid-request', 'context-overflow', 'not-found', 'content-filter', 'auth'],
  permission: ['auth', 'billing'],
  stream: ['invalid-request'],
  client: ['content-filter'],
};

/** The model wrote a bad call with the code `tool_use_failed`: neither the request nor the caller is at fault. */
const kindsOf = ({ kind, code }: NonNullable<Expected['error']>): readonly string[] =>
  code === 'tool_use_failed' ? ['server'] : (KINDS[kind] ?? [kind]);

/**
 * Token counts. `completion_tokens` excludes reasoning if the total proves it, and for Gemini behind a gateway. Mistral counts audio next
 * to `prompt_tokens`.
 */
interface UsageFacts {
  readonly prompt_tokens?: number;
  readonly completion_tokens?: number;
  readonly total_tokens?: number;
  readonly prompt_tokens_details?: { readonly audio_tokens?: number } | null;
  readonly completion_tokens_details?: { readonly reasoning_tokens?: number } | null;
}

function tokenTotals(usage: UsageFacts, vendor: string): unknown {
  const { prompt_tokens: input, completion_tokens: completion = 0, total_tokens: total = 0 } = usage;
  const reasoning = usage.completion_tokens_details?.reasoning_tokens ?? 0;
  const isReasoningExcluded =
    total === (input ?? 0) + completion + reasoning ||
    (vendor === 'vercel-gateway' && reasoning > completion);
  const audio = vendor === 'mistral' ? (usage.prompt_tokens_details?.audio_tokens ?? 0) : 0;
  return { input: input && input + audio, output: isReasoningExcluded ? completion + reasoning : completion };
}

describe.skipIf(!hasRecordings)(`recorded traffic${skippedNote}`, () => {
  testFacts(cases, play, expectedOf, EXCEPTIONS, 200);

  test.each(EXCEPTIONS)('$id needs its exception for $field', async ({ id, field }) => {
    const recording = byId.get(id);
    expect(recording, 'no such recording').toBeDefined();
    if (recording === undefined) return;
    expect(factsOf(await play(recording, 'random'))[field]).not.toEqual(expectedOf(recording)[field]);
  });
});
