import type { ErrorKind, Usage } from '@majordomo/core';
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
  type Expected,
  type Playback,
  type Recording,
} from '@majordomo/test-support';
import type { Collected } from '@majordomo/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openaiCompatible, PROFILES } from '../src/index.ts';
import { collect } from './collected.ts';
import { EXCEPTIONS, type Exception } from './exceptions.ts';

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

/** Returns the response as facts, without the excepted fields. */
function read(collected: Collected): Record<Exception['field'], unknown> {
  const { text, parts, rawFinish, usage, error } = collected;
  return {
    text,
    reasoning: reasoningOf(parts),
    toolCalls: parts.flatMap((part) =>
      part.type === 'tool-call'
        ? [{ name: part.name, args: part.invalid === undefined ? part.args : null, id: part.id }]
        : [],
    ),
    finish: rawFinish,
    usage: totals(usage),
    error: error && { kind: error.kind, status: error.details.status },
  };
}

const totals = (usage: Usage | undefined): unknown => usage && { input: usage.input, output: usage.output };

function expectedOf({ expected: facts, vendor }: Recording): Record<Exception['field'], unknown> {
  if (facts.error !== null) return { ...NO_FACTS, error: failure(facts) };
  if (facts.outcome === 'blocked')
    return { ...NO_FACTS, error: { kind: 'content-filter', status: undefined } };
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

const NO_FACTS = {
  text: expect.any(String),
  reasoning: expect.any(String),
  toolCalls: expect.any(Array),
  finish: undefined,
  usage: undefined,
};

/** Error kinds that each coarse kind of the facts can become by the error's code or text. */
const KINDS: Readonly<Record<string, readonly ErrorKind[]>> = {
  'invalid-request': ['invalid-request', 'context-overflow', 'not-found', 'content-filter', 'auth'],
  permission: ['auth', 'billing'],
  stream: ['invalid-request'],
  client: ['content-filter'],
};

function failure({ error }: Expected): unknown {
  // The model wrote a bad call: neither the request nor the caller is at fault.
  const kinds = error?.code === 'tool_use_failed' ? ['server'] : (KINDS[error?.kind ?? ''] ?? [error?.kind]);
  return {
    kind: expect.toSatisfy((kind: ErrorKind) => kinds.includes(kind)),
    status: error?.status ?? undefined,
  };
}

/** Token counts. `completion_tokens` excludes reasoning if the total proves it, and for Gemini behind a gateway. */
interface UsageFacts {
  readonly prompt_tokens?: number;
  readonly completion_tokens?: number;
  readonly total_tokens?: number;
  readonly completion_tokens_details?: { readonly reasoning_tokens?: number } | null;
}

function tokenTotals(usage: UsageFacts, vendor: string): unknown {
  const { prompt_tokens: input, completion_tokens: completion = 0, total_tokens: total = 0 } = usage;
  const reasoning = usage.completion_tokens_details?.reasoning_tokens ?? 0;
  const isReasoningExcluded =
    total === (input ?? 0) + completion + reasoning ||
    (vendor === 'vercel-gateway' && reasoning > completion);
  return { input, output: isReasoningExcluded ? completion + reasoning : completion };
}

const exceptionsOf = (id: string): readonly Exception[] =>
  EXCEPTIONS.filter((exception) => exception.id === id);

function without(facts: Record<Exception['field'], unknown>, id: string): Record<string, unknown> {
  const skipped = exceptionsOf(id).map(({ field }) => field);
  return Object.fromEntries(
    Object.entries(facts).filter(([field]) => !skipped.some((name) => name === field)),
  );
}

describe.skipIf(!hasRecordings)(`recorded traffic${skippedNote}`, () => {
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

  test.each(EXCEPTIONS)('$id needs its exception for $field', async ({ id, field }) => {
    const recording = byId.get(id);
    expect(recording, 'no such recording').toBeDefined();
    if (recording === undefined) return;
    expect(read(await play(recording, 'random'))[field]).not.toEqual(expectedOf(recording)[field]);
  });

  test('has at most 2 % exceptions', () => {
    expect(cases.length).toBeGreaterThan(200);
    expect(new Set(EXCEPTIONS.map(({ id }) => id)).size).toBeLessThanOrEqual(cases.length * 0.02);
  });
});
