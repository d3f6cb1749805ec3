import { createMajordomo } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createGoogle } from '@majordomo/provider-google';
import { createOpenAI } from '@majordomo/provider-openai';
import { hasRecordings, recordings, skippedNote, type Recording } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { createGateway } from '../src/index.ts';
import { postTo } from './support/clients.ts';

/** Wire of a recording, with the vendor's name in majordomo and the path that counts the tokens of a request. */
const WIRES: Readonly<Record<string, { readonly vendor: string; readonly path: string }>> = {
  'openai-responses': { vendor: 'openai', path: '/v1/responses/input_tokens' },
  'anthropic-messages': { vendor: 'anthropic', path: '/v1/messages/count_tokens' },
  'gemini-generate': { vendor: 'google', path: '/v1beta/models/m:countTokens' },
};

/** Request with the number of tokens that the vendor counted. */
interface Counted {
  readonly id: string;
  readonly wire: string;
  readonly model: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly tokens: number;
}

/** Tokens of the vendor's own tools and of earlier reasoning are not in the request, so only the vendor can count them. */
const UNCOUNTABLE =
  /"(?:reasoning|thinking|thoughtSignature|encrypted_content|file_search|mcp|google_?[sS]earch|codeExecution|urlContext|fileSearch|context_management|[a-z_]+_20\d{6})"|…/;
/** Models that the vendor has shut down, and whose tokenizer differs from that of the current ones. */
const ENDED = /^gemini-(?:1|2\.0)/;
/** A request with fewer tokens has an error of 15 percent if a single word is estimated wrongly. */
const MIN_TOKENS = 45;

function countedOf({ id, expected, request }: Recording): readonly Counted[] {
  const { wire, usageRaw, outcome } = expected;
  const body = request?.body;
  if (outcome !== 'success' || usageRaw === null || typeof body !== 'object' || body === null) return [];
  const members = body as Readonly<Record<string, unknown>>;
  const named = members['model'] ?? /models\/([^:]+)/.exec(request?.path ?? '')?.[1];
  const model = typeof named === 'string' ? named : '';
  const tokens = Number(usageRaw['input_tokens'] ?? usageRaw['promptTokenCount']);
  const isCounted =
    model !== '' && tokens >= MIN_TOKENS && !UNCOUNTABLE.test(JSON.stringify(body)) && !ENDED.test(model);
  return isCounted ? [{ id, wire, model, body: members, tokens }] : [];
}

/** Returns the gateway's count of a request, or `undefined` if the gateway does not support the request. */
async function countOf({ wire, model, body }: Counted): Promise<number | undefined> {
  const { vendor = '', path = '' } = WIRES[wire] ?? {};
  const majordomo = createMajordomo({
    providers: [
      createOpenAI({ apiKey: 'sk-test' }),
      createAnthropic({ apiKey: 'sk-ant-test' }),
      createGoogle({ apiKey: 'test' }),
    ],
  });
  const gateway = createGateway({
    majordomo,
    models: { m: `${vendor}/${model}` },
    authorize: () => ({ tenant: 'team' }),
  });
  const { max_tokens: _limit, ...counted } = body;
  const sent = wire === 'gemini-generate' ? counted : { ...counted, model: 'm' };
  const response = await postTo(gateway, path, sent);
  const answer = (await response.json()) as Readonly<Record<string, number>>;
  return answer['input_tokens'] ?? answer['totalTokens'];
}

/** Maximum error of an estimate, as a share of the vendor's count. */
const MAX_ERROR = 0.15;

describe.runIf(hasRecordings)(`the count of recorded requests${skippedNote}`, () => {
  it.each([
    ['openai', 'openai-responses'],
    ['anthropic', 'anthropic-messages'],
    ['gemini', 'gemini-generate'],
  ] as const)('of %s is within 15 percent for most requests, and for at least four', async (vendor, wire) => {
    const errors: number[] = [];
    for (const counted of recordings(wire, vendor).flatMap(countedOf)) {
      const count = await countOf(counted);
      if (count !== undefined) errors.push(Math.abs(count - counted.tokens) / counted.tokens);
    }
    const close = errors.filter((error) => error <= MAX_ERROR);
    expect(close.length).toBeGreaterThanOrEqual(4);
    expect(close.length).toBeGreaterThan(errors.length / 2);
  });
});
