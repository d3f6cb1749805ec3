import {
  createMajordomo,
  user,
  type BatchBackend,
  type BatchContext,
  type Env,
  type Majordomo,
  type Provider,
} from '@majordomo/core';
import { openai, openaiResponses } from '@majordomo/openai-wire';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import {
  azureOpenAI,
  azureResponses,
  cloudflareGateway,
  codex,
  cohere,
  fireworks,
  openaiCompatible,
  PROFILES,
  xaiResponses,
  type ChatOptions,
  type Profile,
  type ResponsesProfile,
} from '../src/index.ts';

type AnyProfile = Profile | ResponsesProfile;

const ORIGIN = 'https://proxy.example';
const BASE_URL = `${ORIGIN}/some/path/v1`;
const WAV = new Uint8Array([0x52, 0x49, 0x46, 0x46, 0, 0, 0, 0, 0x57, 0x41, 0x56, 0x45]);

const ALL: readonly AnyProfile[] = [
  ...PROFILES,
  openai,
  openaiResponses,
  codex,
  xaiResponses,
  azureOpenAI({ resource: 'company' }),
  azureOpenAI({ resource: 'company', deployment: 'head' }),
  azureResponses({ resource: 'company' }),
  cloudflareGateway('account', 'gateway'),
];

interface Call {
  readonly majordomo: Majordomo;
  readonly provider: Provider;
  readonly context: BatchContext;
}

/** Every operation. Each call rejects, because the server responds with 400 or the provider does not have the operation. */
const OPERATIONS: Readonly<Record<string, (call: Call, target: string) => unknown>> = {
  chat: ({ majordomo }, target) => majordomo.model(target).generate({ messages: [user('hi')] }),
  stream: ({ majordomo }, target) =>
    majordomo
      .model(target)
      .stream({ messages: [user('hi')] })
      .response(),
  embedding: ({ majordomo }, target) => majordomo.embeddingModel(target).embed({ values: ['a'] }),
  image: ({ majordomo }, target) => majordomo.imageModel(target).generate({ prompt: 'a cat' }),
  speech: ({ majordomo }, target) => majordomo.speechModel(target).speak({ text: 'hi' }),
  transcription: ({ majordomo }, target) =>
    majordomo.transcriptionModel(target).transcribe({ audio: WAV, mediaType: 'audio/wav' }),
  rerank: ({ majordomo }, target) => majordomo.rerankModel(target).rerank({ query: 'q', documents: ['a'] }),
  moderation: ({ majordomo }, target) => majordomo.moderationModel(target).moderate({ values: ['a'] }),
  'list of models': ({ majordomo, provider }) => majordomo.listModels(provider.id),
  'upload of a batch': ({ provider, context }) =>
    batchOf(provider)?.upload?.('token', new Blob(['{}']), context),
  'search of an upload': ({ provider, context }) => batchOf(provider)?.findUpload?.('token', context),
  'creation of a batch': ({ provider, context }) =>
    batchOf(provider)?.create({ token: 'token', input: 'file', requests: 1, group: undefined }, context),
  'search of a batch': ({ provider, context }) =>
    batchOf(provider)?.find({ token: 'token', input: 'file', requests: 1, since: 0 }, context),
  'state of a batch': ({ provider, context }) => batchOf(provider)?.look('batch', context),
  'results of a batch': ({ provider, context }) =>
    batchOf(provider)?.results('batch', context)[Symbol.asyncIterator]().next(),
  'end of a batch': ({ provider, context }) => batchOf(provider)?.cancel('batch', context),
  'removal of a batch': ({ provider, context }) =>
    batchOf(provider)?.remove({ ref: 'batch', upload: 'file' }, context),
};

const batchOf = (provider: Provider): BatchBackend | undefined => provider.batch?.('m', 'chat');

/** Ways to set another base URL, and the environment that a way needs. */
const WAYS: Readonly<
  Record<string, { readonly create: (profile: AnyProfile) => Provider; readonly env?: Env }>
> = {
  'in a copy of the profile': {
    create: (profile) => compatible({ ...profile, baseURL: BASE_URL, baseURLEnv: undefined }),
  },
  'as an option': { create: (profile) => compatible(profile, { baseURL: BASE_URL }) },
  'in a variable': {
    create: (profile) => compatible({ ...profile, baseURLEnv: 'PROXY_URL', baseURLEnvPath: '/v1' }),
    env: { PROXY_URL: `${ORIGIN}/some/path` },
  },
  'in a client of the application': {
    create: (profile) =>
      compatible(profile, {
        apiKey: undefined,
        client: new OpenAI({
          apiKey: 'secret',
          baseURL: BASE_URL,
          fetch: (url, init) => clientFetch(url, init),
        }),
      }),
  },
};

const compatible = (profile: AnyProfile, options: ChatOptions = {}): Provider =>
  openaiCompatible(profile as Profile, { apiKey: 'secret', ...options });

let clientFetch: typeof fetch;

/** Returns the addresses without query of all requests of a provider, by operation. */
async function addressesOf(
  provider: Provider,
  env: Env,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const addresses: string[] = [];
  const fetch: typeof globalThis.fetch = (input) => {
    const url = new URL(input instanceof Request ? input.url : input);
    addresses.push(url.origin + url.pathname);
    return Promise.resolve(Response.json({ error: { message: 'no' } }, { status: 400 }));
  };
  clientFetch = fetch;
  const majordomo = createMajordomo({ providers: [provider], env, fetch, chain: { attempts: 1 } });
  const context = {
    target: `${provider.id}/m`,
    signal: new AbortController().signal,
    env,
    fetch,
    headers: {},
  };
  const found: Record<string, readonly string[]> = {};
  for (const [operation, run] of Object.entries(OPERATIONS)) {
    await Promise.resolve(run({ majordomo, provider, context }, context.target)).catch(() => undefined);
    found[operation] = addresses.splice(0);
  }
  return found;
}

/** Whether a profile has another address than its base URL, batch jobs, or all operations of OpenAI. */
const hasSpecialRequests = ({ baseURL, ...others }: AnyProfile): boolean =>
  JSON.stringify(others).includes('https://') || 'batches' in others || others.id === openai.id;

/**
 * Returns the profiles that are tested with a way: those with special requests with every way, and each of the others with one way in
 * turn. With SOAK=1, as in the nightly run, every profile with every way.
 */
const profilesFor = (way: number): readonly AnyProfile[] =>
  ALL.filter(
    (profile, at) =>
      process.env['SOAK'] !== undefined ||
      at % Object.keys(WAYS).length === way ||
      hasSpecialRequests(profile),
  );

describe.each(
  Object.entries(WAYS).map(([name, way], at) => [name, { ...way, profiles: profilesFor(at) }] as const),
)('another base URL %s', (_, { create, env = {}, profiles }) => {
  it.each(profiles.map((profile) => [profile.id, profile] as const))(
    'receives every request of %s',
    async (_id, profile) => {
      const found = await addressesOf(create(profile), env);
      expect(found['chat']).not.toEqual([]);
      for (const [operation, addresses] of Object.entries(found))
        expect(
          addresses.filter((address) => !address.startsWith(`${ORIGIN}/`)),
          operation,
        ).toEqual([]);
    },
  );
});

it("uses a vendor's separate endpoint with the vendor's base URL", async () => {
  for (const provider of [
    compatible(cohere),
    compatible({ ...cohere, baseURL: `${cohere.baseURL}/` }),
    compatible(cohere, { baseURL: cohere.baseURL }),
  ])
    expect(await addressesOf(provider, {})).toMatchObject({
      chat: ['https://api.cohere.ai/compatibility/v1/chat/completions'],
      rerank: ['https://api.cohere.com/v2/rerank'],
    });
  expect(await addressesOf(compatible(fireworks), {})).toMatchObject({
    transcription: ['https://audio-prod.api.fireworks.ai/v1/audio/transcriptions'],
  });
});

it('reaches every operation with the profiles of all vendors', async () => {
  const reached = new Set<string>();
  for (const profile of ALL)
    for (const [operation, addresses] of Object.entries(await addressesOf(compatible(profile), {})))
      if (addresses.length > 0) reached.add(operation);
  expect([...reached].toSorted()).toEqual(Object.keys(OPERATIONS).toSorted());
});
