/* eslint majordomo/no-raw-sdk: off -- a client that the app has created itself is one of the places for a key */
import { Anthropic } from '@anthropic-ai/sdk';
import type { Env, Provider } from '@majordomo/core';
import { memoryVault, oauth, pooled, secret, vaultKey, type Vault } from '@majordomo/credentials';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createBedrock } from '@majordomo/provider-bedrock';
import { createCerebras } from '@majordomo/provider-cerebras';
import { createCloudflare } from '@majordomo/provider-cloudflare';
import { createGoogle } from '@majordomo/provider-google';
import { createGroq } from '@majordomo/provider-groq';
import { createLlamaSwap } from '@majordomo/provider-llama-swap';
import { createOllama } from '@majordomo/provider-ollama';
import { createOpenAI, openaiCompatible } from '@majordomo/provider-openai';
import {
  anthropicMessages,
  bedrockConverse,
  geminiGenerate,
  ollamaChat,
  openaiChat,
  openaiResponses,
  workersaiRun,
  type Wire,
} from '@majordomo/conformance';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { OpenAI } from 'openai';

/** Text that every secret in these tests contains, and that no file path contains. The text does not have the form of a key. */
export const CANARY = 'c4nary';
export const KEY = `${CANARY}Xq7-p_2718281828`;

/** Provider with the key in one of the possible places of a credential. */
export interface Slot {
  readonly name: string;
  readonly wire: Wire;
  readonly model: string;
  readonly env?: Env;
  readonly headers?: Readonly<Record<string, string>>;
  /** Provider `p` that receives the call, registered or created from a DSN. */
  provider(baseURL: string): Provider;
  /** DSN for the name `p`. `provider` then implements its scheme. */
  dsn?(host: string): string;
}

type Kind = Pick<Slot, 'wire' | 'model'>;

const CHAT: Kind = { wire: openaiChat, model: 'gpt-4.1' };
const RESPONSES: Kind = { wire: openaiResponses, model: 'gpt-5' };
const MESSAGES: Kind = { wire: anthropicMessages, model: 'claude-sonnet-4-5' };
const GEMINI: Kind = { wire: geminiGenerate, model: 'gemini-2.5-pro' };
const CONVERSE: Kind = { wire: bedrockConverse, model: 'anthropic.claude-sonnet-4-5-20250929-v1:0' };
const OLLAMA: Kind = { wire: ollamaChat, model: 'some-model' };
const RUN: Kind = { wire: workersaiRun, model: '@cf/some/model' };

const id = 'p';
const region = 'us-east-1';
const requestHandler = (): object => new NodeHttpHandler();
const aws = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: KEY };
const headers = { 'x-gateway-auth': `Bearer ${KEY}` };
const apiKey = KEY;

/** Creates a vault that contains the key as access token and as refresh token. */
function vault(): Vault {
  const created = memoryVault();
  const key = secret(KEY);
  void created.update(id, () => ({ kind: 'oauth', value: key, refresh: key, label: 'canary' }));
  return created;
}

const slot = (name: string, kind: Kind, provider: Slot['provider'], more: Partial<Slot> = {}): Slot => ({
  name,
  ...kind,
  provider,
  ...more,
});

/** All places in which a provider accepts a credential. */
export const SLOTS: readonly Slot[] = [
  slot('openai apiKey', CHAT, (baseURL) => createOpenAI({ id, api: 'chat', apiKey, baseURL })),
  slot('openai apiKey with a line break', CHAT, (baseURL) =>
    createOpenAI({ id, api: 'chat', apiKey: `${apiKey}\nx`, baseURL }),
  ),
  slot('openai apiKey function', CHAT, (baseURL) =>
    createOpenAI({ id, api: 'chat', apiKey: () => apiKey, baseURL }),
  ),
  slot('openai Responses apiKey', RESPONSES, (baseURL) => createOpenAI({ id, apiKey, baseURL })),
  slot('openai headers', CHAT, (baseURL) =>
    createOpenAI({ id, api: 'chat', apiKey: 'k-0', headers, baseURL }),
  ),
  slot(
    'openai headers of the app',
    CHAT,
    (baseURL) => createOpenAI({ id, api: 'chat', apiKey: 'k-0', baseURL }),
    {
      headers,
    },
  ),
  slot('openai env', CHAT, (baseURL) => createOpenAI({ id, api: 'chat', baseURL }), {
    env: { OPENAI_API_KEY: apiKey },
  }),
  slot('openai client', CHAT, (baseURL) =>
    createOpenAI({ id, api: 'chat', client: new OpenAI({ apiKey, baseURL, maxRetries: 0 }) }),
  ),
  slot('openai DSN', CHAT, () => createOpenAI({ id: 'registered' }), {
    dsn: (host) => `openai+http://${encodeURIComponent(KEY)}@${host}/v1`,
  }),
  slot('openai DSN with a wrong parameter', CHAT, () => createOpenAI({ id: 'registered' }), {
    dsn: (host) => `openai+http://${host}/v1?key=${KEY}`,
  }),
  slot('openai DSN of a wrong scheme', CHAT, () => createOpenAI({ id: 'registered' }), {
    dsn: (host) => `nobody://${KEY}@${host}/v1`,
  }),
  slot('openai DSN with a wrong host', CHAT, () => createOpenAI({ id: 'registered' }), {
    dsn: () => `openai://${KEY}@a b/v1`,
  }),
  slot('openai DSN that is none', CHAT, () => createOpenAI({ id: 'registered' }), { dsn: () => KEY }),
  slot('a compatible vendor with a key header', CHAT, (baseURL) =>
    openaiCompatible({ id, baseURL, keyHeader: 'x-vendor-key' }, { apiKey }),
  ),
  slot('a compatible vendor with a key in the query', CHAT, (baseURL) =>
    openaiCompatible({ id, baseURL, query: { key: apiKey } }, { apiKey: 'k-0' }),
  ),
  slot('groq apiKey', CHAT, (baseURL) => createGroq({ id, apiKey, baseURL: baseURL.replace('/v1', '') })),
  slot('cerebras env', CHAT, (baseURL) => createCerebras({ id, baseURL: baseURL.replace('/v1', '') }), {
    env: { CEREBRAS_API_KEY: apiKey },
  }),
  slot('anthropic apiKey', MESSAGES, (baseURL) => createAnthropic({ id, apiKey, baseURL })),
  slot('anthropic apiKey with a line break', MESSAGES, (baseURL) =>
    createAnthropic({ id, apiKey: `${apiKey}\nx`, baseURL }),
  ),
  slot('anthropic env', MESSAGES, (baseURL) => createAnthropic({ id, baseURL }), {
    env: { ANTHROPIC_API_KEY: apiKey },
  }),
  slot('anthropic headers', MESSAGES, (baseURL) => createAnthropic({ id, apiKey: 'k-0', headers, baseURL })),
  slot('anthropic client', MESSAGES, (baseURL) =>
    createAnthropic({ id, client: new Anthropic({ apiKey, baseURL, maxRetries: 0 }) }),
  ),
  slot('anthropic DSN', MESSAGES, () => createAnthropic({ id: 'registered' }), {
    dsn: (host) => `anthropic+http://${KEY}@${host}`,
  }),
  slot('google apiKey', GEMINI, (baseURL) => createGoogle({ id, apiKey, baseURL })),
  slot('google env', GEMINI, (baseURL) => createGoogle({ id, baseURL }), { env: { GEMINI_API_KEY: apiKey } }),
  slot('google headers', GEMINI, (baseURL) => createGoogle({ id, apiKey: 'k-0', headers, baseURL })),
  slot('google token', GEMINI, (baseURL) =>
    createGoogle({ id, project: 'x', location: 'us-east1', token: () => Promise.resolve(apiKey), baseURL }),
  ),
  slot('google DSN', GEMINI, () => createGoogle({ id: 'registered' }), {
    dsn: (host) => `google+http://${KEY}@${host}`,
  }),
  slot('bedrock apiKey', CONVERSE, (baseURL) =>
    createBedrock({ id, apiKey, region, requestHandler, baseURL }),
  ),
  slot('bedrock secret key', CONVERSE, (baseURL) =>
    createBedrock({ id, credentials: aws, region, requestHandler, baseURL }),
  ),
  slot('bedrock session token', CONVERSE, (baseURL) =>
    createBedrock({
      id,
      credentials: () => ({ ...aws, secretAccessKey: 'x-0', sessionToken: apiKey }),
      region,
      requestHandler,
      baseURL,
    }),
  ),
  slot('bedrock env', CONVERSE, (baseURL) => createBedrock({ id, region, requestHandler, baseURL }), {
    env: { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: apiKey, AWS_SESSION_TOKEN: apiKey },
  }),
  slot('bedrock headers', CONVERSE, (baseURL) =>
    createBedrock({ id, apiKey: 'k-0', headers, region, requestHandler, baseURL }),
  ),
  slot('bedrock DSN with a wrong parameter', CONVERSE, () => createBedrock({ id: 'registered' }), {
    dsn: (host) => `bedrock+http://AKIDEXAMPLE:${KEY}@${host}?region=us-east-1&secret=${KEY}`,
  }),
  slot('ollama apiKey', OLLAMA, (baseURL) => createOllama({ id, apiKey, baseURL })),
  slot('ollama headers', OLLAMA, (baseURL) => createOllama({ id, headers, baseURL })),
  slot('ollama DSN', OLLAMA, () => createOllama({ id: 'registered' }), {
    dsn: (host) => `foreman+http://${KEY}@${host}`,
  }),
  slot('cloudflare apiKey', RUN, (baseURL) => createCloudflare({ id, apiKey, accountId: 'acc', baseURL })),
  slot('cloudflare env', RUN, (baseURL) => createCloudflare({ id, accountId: 'acc', baseURL }), {
    env: { CLOUDFLARE_API_TOKEN: apiKey },
  }),
  slot('cloudflare headers', RUN, (baseURL) =>
    createCloudflare({ id, apiKey: 'k-0', accountId: 'acc', headers, baseURL }),
  ),
  slot('cloudflare binding that fails', RUN, () =>
    createCloudflare({
      id,
      headers,
      binding: { run: () => Promise.reject(new Error(`5007: no ${KEY}`)) },
    }),
  ),
  slot('llama-swap apiKey', CHAT, (baseURL) => createLlamaSwap({ id, apiKey, baseURL })),
  slot('llama-swap DSN', CHAT, () => createLlamaSwap({ id: 'registered' }), {
    dsn: (host) => `llama-swap://${KEY}@${host}`,
  }),
  slot('a key of a vault', CHAT, (baseURL) =>
    createOpenAI({ id, api: 'chat', apiKey: vaultKey(vault(), id), baseURL }),
  ),
  slot('a pool of keys', CHAT, (baseURL) =>
    pooled((one) => createOpenAI({ id, api: 'chat', apiKey: one, baseURL }), {
      keys: [KEY, secret(`${KEY}-2`), { id: 'of a vault', key: vaultKey(vault(), id) }],
    }),
  ),
  slot('a login that cannot be renewed', CHAT, (baseURL) => {
    const endpoints = { token: 'http://127.0.0.1:9/token' };
    const { credential } = oauth({ vault: vault(), name: id, clientId: 'app', clientSecret: KEY, endpoints });
    return createOpenAI({ id, api: 'chat', apiKey: credential, baseURL });
  }),
  slot('a key source that fails', MESSAGES, (baseURL) =>
    createAnthropic({
      id,
      apiKey: () =>
        Promise.reject(Object.assign(new Error('no login'), { config: { client_secret: apiKey } })),
      baseURL,
    }),
  ),
];
