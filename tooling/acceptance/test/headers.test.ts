import { createMajordomo, user, type Provider } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createCerebras } from '@majordomo/provider-cerebras';
import { createGroq } from '@majordomo/provider-groq';
import { azureOpenAI, createOpenAI, openaiCompatible } from '@majordomo/provider-openai';
import { afterEach, describe, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Variables from which the SDKs take headers. */
const VARIABLES = ['OPENAI', 'GROQ', 'CEREBRAS', 'ANTHROPIC'].map((vendor) => `${vendor}_CUSTOM_HEADERS`);
const AMBIENT = [
  'x-ambient: 1',
  'Authorization: Bearer ambient',
  'x-api-key: ambient',
  'api-key: ambient',
  'Accept: ambient/1',
  'Content-Type: ambient/2',
  'Cookie: ambient=1',
  'OpenAI-Organization: ambient',
  'anthropic-version: ambient',
  'anthropic-beta: ambient',
  'x-stainless-ambient: 1',
].join('\n');

type Options = { readonly apiKey: string; readonly headers: Record<string, string> };

const PROVIDERS: Readonly<Record<string, (options: Options) => Provider>> = {
  'openai, Responses': (options) => createOpenAI(options),
  'openai, Chat Completions': (options) => createOpenAI({ ...options, api: 'chat' }),
  azure: (options) =>
    openaiCompatible(
      azureOpenAI({ resource: 'box', deployment: 'm', apiVersion: '2026-10-21', credential: 'key' }),
      options,
    ),
  groq: createGroq,
  cerebras: createCerebras,
  anthropic: createAnthropic,
};

/** Makes calls of one provider and returns their requests without the bodies. The SDK builds the first two requests. */
async function requestsOf(
  provider: Provider,
  calls: readonly (string | undefined)[],
): Promise<readonly object[]> {
  const sent: object[] = [];
  for (const tenant of calls) {
    const majordomo = createMajordomo({
      providers: [provider],
      ...(tenant === undefined ? {} : { headers: { tenant } }),
      fetch,
    });
    await majordomo
      .model(`${provider.id}/m`)
      .generate({ messages: [user('hi')] })
      .catch(() => undefined);
  }
  return sent;

  function fetch(url: unknown, init?: RequestInit): Promise<Response> {
    const headers = new Headers(init?.headers);
    sent.push({ url, method: init?.method, headers: Object.fromEntries(headers) });
    // An app's transport may modify the headers that it receives.
    if (init?.headers instanceof Headers) init.headers.set('x-trace', String(sent.length));
    return Promise.resolve(
      new Response('{}', { status: 400, headers: { 'content-type': 'application/json' } }),
    );
  }
}

describe.each(Object.entries(PROVIDERS))('%s', (_name, open) => {
  const provider = (): Provider => open({ apiKey: 'k1', headers: { 'x-own': 'o' } });

  it('sends every call with the headers that the SDK built for the first', async () => {
    const sent = await requestsOf(
      provider(),
      Array.from({ length: 5 }, () => undefined),
    );
    expect(sent).toHaveLength(5);
    expect(sent[0]).toMatchObject({ headers: { 'x-own': 'o', 'content-type': 'application/json' } });
    for (const request of sent) expect(request).toEqual(sent[0]);
  });

  it('sends the headers of each app only with the calls of that app', async () => {
    const sent = await requestsOf(provider(), ['a', 'b', 'a', 'b', 'a', 'b', undefined]);
    expect(sent.map((request) => (request as { headers: { tenant?: string } }).headers.tenant)).toEqual([
      'a',
      'b',
      'a',
      'b',
      'a',
      'b',
      undefined,
    ]);
  });

  it('sends no headers from environment variables in calls and in lists of models', async () => {
    const before = await requestsOf(provider(), ['a']);
    for (const name of VARIABLES) vi.stubEnv(name, AMBIENT);
    expect(await requestsOf(provider(), ['a'])).toEqual(before);
    const listed: RequestInit[] = [];
    const majordomo = createMajordomo({
      providers: [provider()],
      headers: { tenant: 'a' },
      fetch(_url, init) {
        listed.push({ ...init });
        return Promise.resolve(Response.json({ data: [] }));
      },
    });
    await majordomo.listModels(provider().id);
    expect(listed).toHaveLength(1);
    const headers = Object.fromEntries(new Headers(listed[0]?.headers));
    expect(headers).toMatchObject({ 'x-own': 'o', tenant: 'a' });
    expect(JSON.stringify(headers)).not.toContain('ambient');
  });
});
