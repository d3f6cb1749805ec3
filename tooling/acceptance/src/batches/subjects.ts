import type { BatchServer, BatchVendor } from '@majordomo/conformance';
import { createMajordomo, type Majordomo, type Provider } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createGoogle } from '@majordomo/provider-google';
import { createGroq } from '@majordomo/provider-groq';
import { azureOpenAI, createOpenAI, mistral, openaiCompatible } from '@majordomo/provider-openai';

/** Target with a batch API. */
export interface BatchSubject {
  readonly name: string;
  readonly vendor: BatchVendor;
  /** Model id. */
  readonly model: string;
  /** Model id for embeddings; `undefined` if the target embeds nothing by batch. */
  readonly embedding?: string;
  /** Whether the vendor takes the input as a file. */
  readonly hasFiles: boolean;
  open(server: Pick<BatchServer, 'url' | 'baseURL'>): Provider;
}

/** Key of all providers. No error, line or event may contain it. */
export const KEY = 'sk-batch-0123456789abcdef';

const apiKey = KEY;
const embedding = 'my-embedding';

export const SUBJECTS: readonly BatchSubject[] = [
  {
    name: 'OpenAI, Responses',
    vendor: 'openai',
    model: 'gpt-4.1',
    embedding,
    hasFiles: true,
    open: ({ baseURL }) => createOpenAI({ apiKey, baseURL }),
  },
  {
    name: 'OpenAI, Chat Completions',
    vendor: 'openai',
    model: 'gpt-4.1',
    embedding,
    hasFiles: true,
    open: ({ baseURL }) => createOpenAI({ api: 'chat', apiKey, baseURL }),
  },
  {
    name: 'Azure, /openai/v1',
    vendor: 'openai',
    model: 'gpt-4.1',
    embedding,
    hasFiles: true,
    open: ({ url }) =>
      openaiCompatible(azureOpenAI({ resource: 'r' }), { apiKey, baseURL: `${url}/openai/v1` }),
  },
  {
    name: 'Groq',
    vendor: 'openai',
    model: 'my-model',
    hasFiles: true,
    open: ({ url }) => createGroq({ apiKey, baseURL: url }),
  },
  {
    name: 'Mistral',
    vendor: 'mistral',
    model: 'mistral-large-latest',
    embedding,
    hasFiles: true,
    open: ({ baseURL }) => openaiCompatible(mistral, { apiKey, baseURL }),
  },
  {
    name: 'Anthropic',
    vendor: 'anthropic',
    model: 'claude-haiku-4-5',
    hasFiles: false,
    open: ({ url }) => createAnthropic({ apiKey, baseURL: url }),
  },
  {
    name: 'Gemini',
    vendor: 'google',
    model: 'gemini-3.8-flash',
    hasFiles: true,
    open: ({ url }) => createGoogle({ apiKey, baseURL: url }),
  },
];

/** Creates a majordomo with the provider of a subject, and returns it with the spec of the model. */
export function openMajordomo(
  subject: BatchSubject,
  server: Pick<BatchServer, 'url' | 'baseURL'>,
): { readonly majordomo: Majordomo; readonly spec: string; readonly embeddingSpec: string } {
  const provider = subject.open(server);
  return {
    majordomo: createMajordomo({ providers: [provider], env: {} }),
    spec: `${provider.id}/${subject.model}`,
    embeddingSpec: `${provider.id}/${String(subject.embedding)}`,
  };
}
