import { describe, expect, it } from 'vitest';
import { lint, messages, parsers, testReported } from './lint.ts';

const REPORTED: readonly (readonly [what: string, code: string])[] = [
  ['a default import', "import OpenAI from 'openai';"],
  ['a renamed import', "import { OpenAI as Client } from 'openai';"],
  ['an import for its side effect', "import 'openai/shims/node';"],
  ['a namespace import of a subpath', "import * as resources from 'openai/resources/chat';"],
  ['a mixed import of types and values', "import Anthropic, { type Message } from '@anthropic-ai/sdk';"],
  ['a dynamic import', "const { GoogleGenAI } = await import('@google/genai');"],
  ['a dynamic import of a member of a list', "const sdk = ['openai'][0];\nawait import(sdk);"],
  ['a dynamic import of pieces', "const sdk = await import('@anthropic-ai' + '/sdk');"],
  [
    'a dynamic import of a constant',
    "const name = `groq-${'sdk'}`;\nexport const load = () => import(name);",
  ],
  ['require', "const { Ollama } = require('ollama');"],
  ['require by another name', "const load = require;\nconst Groq = load('groq-sdk');"],
  ['module.require', "const ai = module.require('cohere-ai');"],
  [
    'createRequire',
    "import { createRequire } from 'node:module';\nconst req = createRequire(import.meta.url);\nreq('openai');",
  ],
  [
    'createRequire called at once',
    "import { createRequire } from 'module';\ncreateRequire(import.meta.url)('openai');",
  ],
  ['a path into node_modules', "import OpenAI from './node_modules/openai/index.js';"],
  ['one further up', "import Anthropic from '../../node_modules/@anthropic-ai/sdk/index.mjs';"],
  ['genkit', "import { genkit } from 'genkit';"],
  ['a plug-in of genkit', "import openAI from 'genkitx-openai';"],
  ['one of its own', "import { googleAI } from '@genkit-ai/googleai';"],
  ['xsai', "import { generateText } from 'xsai';"],
  ['a part of xsai', "import { streamText } from '@xsai/stream-text';"],
  ['dexter', "import { ChatModel } from '@dexaai/dexter';"],
  ['an id beside a call', "import { generateId, generateText } from 'ai';"],
  ['all of a package with harmless names', "import * as ai from 'ai';"],
  ['the chat models of langchain', "import { initChatModel } from 'langchain/chat_models/universal';"],
  ['export from', "export { OpenAI } from 'openai';"],
  ['export all', "export * from '@mistralai/mistralai';"],
  ['import equals', "import OpenAI = require('openai');"],
  ['vi.mock', "vi.mock('openai', () => ({ default: class {} }));"],
  ['vi.importActual', "const real = await vi.importActual('@ai-sdk/openai');"],
  ['jest.mock', "jest.mock('@aws-sdk/client-bedrock-runtime');"],
  ['jest.requireActual', "const real = jest.requireActual('openai');"],
  ['mock.module of the built-in runners', "mock.module('openai', { namedExports: {} });"],
  ['an npm: specifier', "import OpenAI from 'npm:openai@7';"],
  ['a module from a CDN', "import OpenAI from 'https://esm.sh/openai@7.55.0/core';"],
  ['a family by its scope', "import { ChatOpenAI } from '@langchain/openai';"],
  [
    'a family by its prefix',
    "import { BedrockAgentRuntimeClient } from '@aws-sdk/client-bedrock-agent-runtime';",
  ],
  ['the AI SDK', "import { generateText } from 'ai';"],
];

testReported('no-raw-sdk', REPORTED);

const TYPES: readonly (readonly [what: string, code: string])[] = [
  ['import type', "import type { ChatCompletion } from 'openai/resources';"],
  ['an import whose every name is a type', "import { type ChatCompletion, type Model } from 'openai';"],
  ['export type from', "export type { ChatCompletion } from 'openai';"],
  ['a type of an import expression', "type Sdk = typeof import('openai');"],
  ['import type equals', "import type OpenAI = require('openai');"],
];

describe.each(Object.entries(parsers))('types with the parser of %s', (_name, parser) => {
  it.each(TYPES)('%s passes by default and is reported in strict', (_what, code) => {
    expect(lint(code, { parser })).toEqual([]);
    expect(lint(code, { parser, strict: true })).toEqual(['no-raw-sdk:1']);
  });
});

describe('options of no-raw-sdk', () => {
  it('accepts additional packages and families', () => {
    const code = "import a from 'house-llm';\nimport b from '@house/llm-core';\nimport c from 'house';";
    expect(lint(code, { options: { packages: ['house-llm', '@house/llm-*'] } })).toEqual([
      'no-raw-sdk:1',
      'no-raw-sdk:2',
    ]);
  });

  it('does not report ignored packages', () => {
    const code = "import { useChat } from '@ai-sdk/react';\nimport { openai } from '@ai-sdk/openai';";
    expect(lint(code, { options: { ignore: ['@ai-sdk/react'] } })).toEqual(['no-raw-sdk:2']);
  });

  it('reports the package and its replacement', () => {
    const [openai] = messages("import OpenAI from 'openai/client';");
    expect(openai?.message).toContain("'openai'");
    expect(openai?.message).toContain(
      'creates with createOpenAI() from @majordomo/provider-openai: https://',
    );
    const [agent] = messages("import { createAgent } from 'langchain';");
    expect(agent?.message).toContain('createAgent({ model, tools }).run(text) from @majordomo/agent');
  });

  it('reports imports of circuit breakers and cost trackers with another message', () => {
    const [accounting] = messages(
      "import { CircuitBreakerManager, CostTracker } from '@stackbilt/llm-providers';",
    );
    expect(accounting?.message).toContain('only limits or counts calls (CircuitBreakerManager, CostTracker)');
    const [both] = messages("import { CostTracker, LLMProviders } from '@stackbilt/llm-providers';");
    expect(both?.message).toContain('is a raw model SDK. ');
  });

  it('recognizes the replacement of require by bundlers, imported from another file', () => {
    const code = "import { __require } from './runtime.mjs';\nconst { Groq } = __require('groq-sdk');";
    expect(messages(code).map(({ line }) => line)).toEqual([2]);
    expect(messages("import { _load } from './runtime.mjs';\n_load('groq-sdk');")).toEqual([]);
  });
});
