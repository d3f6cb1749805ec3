import { createMajordomo, type Provider } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createBedrock } from '@majordomo/provider-bedrock';
import { createCerebras } from '@majordomo/provider-cerebras';
import { createCli } from '@majordomo/provider-cli';
import { createCloudflare } from '@majordomo/provider-cloudflare';
import { createGoogle } from '@majordomo/provider-google';
import { createGroq } from '@majordomo/provider-groq';
import { createLlamaSwap } from '@majordomo/provider-llama-swap';
import { createOllama } from '@majordomo/provider-ollama';
import { codex, createOpenAI, deepseek, openaiCompatible, vllm } from '@majordomo/provider-openai';
import { describe, expect, it } from 'vitest';

const pricingOf = ({ vendor, billing }: Provider): readonly unknown[] => [vendor, billing];

describe('every provider names the vendor of its prices', () => {
  it.each<readonly [name: string, provider: Provider, vendor: string, billing: string | undefined]>([
    ['createOpenAI', createOpenAI(), 'openai', undefined],
    ['createOpenAI over Chat', createOpenAI({ api: 'chat' }), 'openai', undefined],
    ['a profile', openaiCompatible(deepseek), 'deepseek', undefined],
    ['a plan', openaiCompatible(codex), 'openai', 'included'],
    ['own hardware', openaiCompatible(vllm), 'vllm', 'included'],
    ['createAnthropic', createAnthropic(), 'anthropic', undefined],
    ['createBedrock', createBedrock(), 'amazon-bedrock', undefined],
    ['createGoogle', createGoogle(), 'google', undefined],
    ['createGoogle on Vertex', createGoogle({ project: 'p', location: 'l' }), 'google-vertex', undefined],
    ['createGroq', createGroq(), 'groq', undefined],
    ['createCerebras', createCerebras(), 'cerebras', undefined],
    ['createCloudflare', createCloudflare(), 'cloudflare-workers-ai', undefined],
    ['createOllama', createOllama(), 'ollama', 'included'],
    ['createOllama in the cloud', createOllama({ profile: 'ollama-cloud' }), 'ollama-cloud', undefined],
    ['createOllama behind a queue', createOllama({ profile: 'foreman' }), 'ollama', 'included'],
    ['createLlamaSwap', createLlamaSwap(), 'llama-swap', 'included'],
    ['a CLI', createCli({ cli: 'claude' }), 'anthropic', 'included'],
    ['another CLI', createCli({ cli: 'gemini' }), 'google', 'included'],
  ])('%s', (_name, provider, vendor, billing) => {
    expect(pricingOf(provider)).toEqual([vendor, billing]);
  });

  it.each<readonly [name: string, create: (options: object) => Provider]>([
    ['createOpenAI', createOpenAI],
    ['createAnthropic', createAnthropic],
    ['createBedrock', createBedrock],
    ['createGoogle', createGoogle],
    ['createGroq', createGroq],
    ['createCerebras', createCerebras],
    ['createCloudflare', createCloudflare],
    ['createOllama', createOllama],
    ['createLlamaSwap', createLlamaSwap],
    ['createCli', (options) => createCli({ cli: 'codex', ...options })],
    ['openaiCompatible', (options) => openaiCompatible(deepseek, options)],
  ])('or the vendor and billing that the application specifies: %s', (_name, create) => {
    expect(pricingOf(create({ vendor: 'acme', billing: 'metered' }))).toEqual(['acme', 'metered']);
  });
});

describe('a server in a DSN', () => {
  const vendorOf = async (dsn: string): Promise<string | undefined> => {
    const providers = [createOpenAI(), createAnthropic()];
    const [target] = await createMajordomo({ providers, env: { LLM_GATE: dsn } }).resolve('gate/m');
    return target?.vendor;
  };

  it.each([
    ['openai://k@gate.test/v1', undefined],
    ['openai://k@gate.test/v1?vendor=acme', 'acme'],
    ['openai-responses://k@gate.test/v1?vendor=acme', 'acme'],
    ['anthropic://k@gate.test', undefined],
    ['anthropic://k@gate.test?vendor=acme', 'acme'],
    ['anthropic://k@api.anthropic.com', 'anthropic'],
  ])('%s has prices of %s', async (dsn, vendor) => {
    expect(await vendorOf(dsn)).toBe(vendor);
  });
});
