import { describe, expect, it } from 'vitest';
import { REQUEST } from '../../test/request.ts';
import * as wire from '../index.ts';
import { chatTraits, type Profile } from '../profile.ts';
import { COMPATIBLE_QUIRKS, OPENAI_QUIRKS } from './quirks.ts';
import { toWire } from './request.ts';

const profiles = [
  ...Object.values(wire).filter(
    (value): value is Profile => typeof value === 'object' && 'baseURL' in value && !('api' in value),
  ),
  wire.azureOpenAI({ resource: 'r' }),
  wire.cloudflareGateway('account', 'gateway'),
];

describe('profiles', () => {
  it.each(profiles)('$id is cloneable, uses https and has its own key variable', (profile) => {
    expect(structuredClone(profile)).toEqual(profile);
    const isLocal = profile.baseURL?.startsWith('http://localhost:') === true;
    if (!isLocal) expect(profile.baseURL).toMatch(/^https:\/\/[\w.-]+(?:\/[\w/-]+)?$/);
    expect(profile.keyEnv ?? 'NO_KEY').toMatch(isLocal ? /^NO_KEY$/ : /^[A-Z_]+_(?:KEY|TOKEN)$/);
  });

  it.each([
    ...profiles,
    wire.azureResponses({ resource: 'r' }),
    wire.codex,
    wire.openaiResponses,
    wire.xaiResponses,
  ])('$id at $baseURL names its vendor or is included in a plan', (profile) => {
    expect(profile.vendor).toMatch(/^[a-z][a-z-]+$/);
    const isPaidOtherwise = profile.id === 'codex' || profile.keyEnv === undefined;
    expect(profile.billing).toBe(isPaidOtherwise ? 'included' : undefined);
  });

  it('send the key of an Azure resource in a header, or a token', () => {
    expect(wire.azureOpenAI({ resource: 'r', deployment: 'd', apiVersion: 'v' })).toMatchObject({
      baseURL: 'https://r.openai.azure.com/openai/deployments/d',
      keyHeader: 'api-key',
      query: { 'api-version': 'v' },
    });
    expect(wire.azureOpenAI({ resource: 'r', credential: 'token' }).keyHeader).toBeUndefined();
    expect(wire.azureResponses({ resource: 'r' })).toMatchObject({
      api: 'responses',
      id: 'azure',
      baseURL: 'https://r.openai.azure.com/openai/v1',
      keyHeader: 'api-key',
    });
  });

  it.each([...wire.PROFILES, wire.openai, wire.openaiResponses, wire.codex, wire.xaiResponses])(
    '$id reads its base URL from the variable that begins with its id',
    ({ id, baseURLEnv }) => {
      expect(baseURLEnv).toBe(`${id.toUpperCase().replaceAll('-', '_')}_BASE_URL`);
    },
  );

  it('have unique ids', () => {
    expect(profiles.length).toBeGreaterThanOrEqual(23);
    expect(new Set(profiles.map(({ id }) => id)).size).toBe(profiles.length);
  });

  it.each(profiles)('$id sends the recorded request', (profile) => {
    const { quirks } = chatTraits(profile, 'm');
    const request = { ...REQUEST, seed: 1 };
    expect(toWire(request, 'm', quirks, { stream: true }).params).toMatchSnapshot();
  });

  it('send Cohere the effort high for a lower one, with a warning', () => {
    const { quirks } = chatTraits(wire.cohere, 'm');
    const request = { messages: [], tools: [], output: undefined, reasoning: 'low', extra: {} } as const;
    const { params, warnings } = toWire(request, 'm', quirks, { stream: true });
    expect(params).toMatchObject({ reasoning_effort: 'high' });
    expect(warnings).toMatchObject([{ action: 'coerced', what: 'reasoning "low" to high' }]);
  });
});

describe('chatTraits', () => {
  const profile: Profile = {
    id: 'lab',
    baseURL: 'http://lab/v1',
    quirks: { streamUsage: false, seedField: 'random_seed', stopMax: 2 },
    capabilities: { tools: true, contextTokens: 9 },
    models: [
      { pattern: /^big/, quirks: { seedField: 'seed', stopMax: 3 }, capabilities: { contextTokens: 99 } },
      { pattern: /^big-2/, quirks: { stopMax: 1 } },
    ],
  };

  it('merge wire, profile, first matching rule and caller in this order', () => {
    expect(chatTraits(profile, 'big-2', { stopMax: 4 })).toEqual({
      quirks: { ...COMPATIBLE_QUIRKS, streamUsage: false, seedField: 'seed', stopMax: 4 },
      capabilities: { output: 'native', tools: true, contextTokens: 99 },
    });
    expect(chatTraits(profile, 'other').quirks.stopMax).toBe(2);
    expect(chatTraits({ id: 'x', baseURL: 'y' }, 'm').quirks).toEqual(COMPATIBLE_QUIRKS);
    expect(chatTraits(wire.openai, 'm').quirks).toEqual(OPENAI_QUIRKS);
  });

  it('derive capabilities from the quirks', () => {
    expect(chatTraits(profile, 'm', { output: 'instruct', content: 'string' }).capabilities).toEqual({
      output: 'instruct',
      images: false,
      files: false,
      audio: false,
      tools: true,
      contextTokens: 9,
    });
  });
});
