import { LlmError, type Provider } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createBedrock } from '@majordomo/provider-bedrock';
import { createCerebras } from '@majordomo/provider-cerebras';
import { createCli } from '@majordomo/provider-cli';
import { createCloudflare } from '@majordomo/provider-cloudflare';
import { createGoogle } from '@majordomo/provider-google';
import { createGroq } from '@majordomo/provider-groq';
import { createLlamaSwap } from '@majordomo/provider-llama-swap';
import { createOllama } from '@majordomo/provider-ollama';
import { createOpenAI, openaiCompatible, xai } from '@majordomo/provider-openai';
import { describe, expect, it } from 'vitest';

/** Factory for options from untyped code. Each factory reports invalid options immediately. */
type Factory = (options: never) => Provider;

const OVER_HTTP: Readonly<Record<string, Factory>> = {
  createOpenAI,
  'createOpenAI over Chat Completions': (options: object) => createOpenAI({ ...options, api: 'chat' }),
  openaiCompatible: (options: object) => openaiCompatible(xai, options),
  createAnthropic,
  createBedrock,
  createCerebras,
  createCloudflare,
  createGoogle,
  createGroq,
  createLlamaSwap,
  createOllama,
};

const configErrorOf = (make: Factory, options: unknown): LlmError => {
  try {
    make(options as never);
  } catch (error) {
    if (LlmError.is(error)) return error;
    throw error;
  }
  throw new Error('the options were accepted');
};

describe.each(Object.entries(OVER_HTTP))('%s', (_name, make) => {
  it('reports a misspelled option with a suggestion', () => {
    const { kind, details, message } = configErrorOf(make, { apikey: 'sk-secret' });
    expect([kind, details.path]).toEqual(['config', 'apikey']);
    expect(message).toContain('did you mean "apiKey"?');
    expect(message).not.toContain('sk-secret');
  });

  it.each([
    'https://user:sk-secret@host/v1',
    'https://host/v1?key=sk-secret',
    'ftp://host/v1',
    'http://host:99999/v1',
  ])('rejects the base URL %s', (baseURL) => {
    const { kind, details, message } = configErrorOf(make, { baseURL });
    expect([kind, details.path]).toEqual(['config', 'baseURL']);
    expect(message).not.toContain('sk-secret');
  });

  it('accepts a base URL', () => {
    expect(make({ baseURL: 'http://127.0.0.1:8080/v1' } as never).id).not.toBe('');
  });

  it('refuses an unknown option without a similar name', () => {
    expect(configErrorOf(make, { tomorrow: true }).message).toContain('tomorrow is not an option');
  });
});

it('createCli reports a misspelled option and CLI with a suggestion', () => {
  expect(configErrorOf(createCli, { cli: 'claude', comand: 'x' }).message).toContain(
    'did you mean "command"?',
  );
  expect(configErrorOf(createCli, { cli: 'cluade' }).message).toContain('did you mean "claude"?');
});

it('createOllama reports a misspelled profile with a suggestion', () => {
  expect(configErrorOf(createOllama, { profile: 'ollama-clod' }).message).toContain(
    'did you mean "ollama-cloud"?',
  );
});

it.each([
  [undefined, 'the profile must be an object; import that of your vendor'],
  ['groq', 'the profile must be an object; import that of your vendor'],
  [{ id: 'lab' }, 'baseURL of the profile lab must be a string'],
  [{ baseURL: 'http://lab/v1' }, 'the profile has no id'],
  [{ id: 'lab', baseUrl: 'http://lab/v1' }, 'the profile: baseUrl is not an option; did you mean "baseURL"?'],
  [{ api: 'responses', id: 'lab', baseURL: 'lab/v1' }, 'baseURL of the profile lab is not a URL'],
])('openaiCompatible rejects the profile %o', (profile, message) => {
  const { kind, message: actual } = configErrorOf((options) => openaiCompatible(options), profile);
  expect([kind, actual]).toEqual(['config', expect.stringContaining(message)]);
});
