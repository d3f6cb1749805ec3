import { join } from 'node:path';
import type { Provider } from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createGoogle } from '@majordomo/provider-google';
import { createOpenAI } from '@majordomo/provider-openai';
import { fetchOf, type Respond } from '../exchange.ts';
import type { Omissions } from './expect-omitted.ts';
import type { TypeName } from './program.ts';

type Json = Readonly<Record<string, unknown>>;

interface RequestType {
  readonly type: TypeName;
  /** Type whose members are elsewhere in the request, or have another type. */
  readonly except?: TypeName;
  /** Path of the object with these members. Without a path, they are members of the request. */
  readonly at?: string;
  /** Returns the request with the object. @default the base with its members */
  readonly embed?: (object: Json) => Json;
}

/** Wire of the gateway whose SDK declares the type of a request. */
export interface RequestWire {
  readonly name: string;
  /** Types that contain the members of the request. `at`: member of the request that contains them. */
  readonly types: readonly RequestType[];
  /** Smallest request. */
  readonly base: Json;
  readonly path: string;
  /** Target of the vendor that has the wire. */
  readonly spec: string;
  readonly provider: (respond: Respond) => Provider;
  /** Complete response of the vendor. */
  readonly response: object;
  /**
   * Values of members, and elements that precede others, as in `RequestMembersOptions`. Ids and names that others refer to are `text`, because
   * `RequestMembers` fills required strings with it.
   */
  readonly values: Readonly<Record<string, readonly unknown[]>>;
  readonly before: Readonly<Record<string, readonly unknown[]>>;
  readonly together: Readonly<Record<string, Json>>;
  /** Members that have no effect on the vendor's request, with the reason. */
  readonly omitted: Omissions;
}

const SDKS = join(import.meta.dirname, '../../../../packages/operation/gateway/node_modules');
const apiKey = 'key';
const USER = { role: 'user', content: 'hi' };
const CONTENTS = [{ role: 'user', parts: [{ text: 'hi' }] }];
const PNGS = ['iVBORw0KGgo=', 'iVBORw0KGgoA'];
const DATA_URLS = PNGS.map((png) => `data:image/png;base64,${png}`);
const SCHEMAS = [
  { type: 'object', properties: {} },
  { type: 'object', properties: { a: { type: 'string' } } },
];

const SERVICE_TIER = 'the default';
const STRICT = 'each provider enforces the schema if its API can';

/** Omissions of both wires of OpenAI. */
const OF_OPENAI: Omissions = {
  metadata: 'in the events of the call',
  'prompt_cache_options{PromptCacheOptions}.mode "implicit"': 'the default',
  'prompt_cache_options{PromptCacheOptions}.ttl "30m"': 'the default',
  'prompt_cache_retention "in_memory"': 'the default',
  'service_tier "auto"': SERVICE_TIER,
  'stream_options{*}.include_obfuscation': 'padding of a stream, which the gateway does not add',
  '*format{text}': 'the default',
  '*format{json_schema}*.name': 'for error messages; the vendor receives a name of majordomo',
  '*format{json_schema}*.strict': STRICT,
  'tools*.strict': STRICT,
};

const CHAT_TYPE = {
  file: join(SDKS, 'openai/resources/chat/completions/completions.d.ts'),
  name: 'ChatCompletionCreateParamsBase',
};
const RESPONSES_TYPE = {
  file: join(SDKS, 'openai/resources/responses/responses.d.ts'),
  name: 'ResponseCreateParamsBase',
};
const MESSAGES_TYPE = {
  file: join(SDKS, '@anthropic-ai/sdk/resources/beta/messages/messages.d.ts'),
  name: 'MessageCreateParamsBase',
};
const GENAI = join(SDKS, '@google/genai/dist/genai.d.ts');

export const REQUEST_WIRES: readonly RequestWire[] = [
  {
    name: 'Chat Completions',
    types: [{ type: CHAT_TYPE }],
    base: { model: 'm', messages: [USER] },
    path: '/v1/chat/completions',
    spec: 'openai/gpt-5.4',
    provider: (respond) => createOpenAI({ api: 'chat', apiKey, fetch: fetchOf(respond) }),
    response: {
      id: 'c',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    },
    values: {
      url: DATA_URLS,
      schema: SCHEMAS,
      parameters: SCHEMAS,
      arguments: ['{}', '{"a":1}'],
      model: [],
      n: [2],
    },
    before: {
      messages: [USER],
      'messages[tool]': [
        USER,
        {
          role: 'assistant',
          tool_calls: [{ id: 'text', type: 'function', function: { name: 'f', arguments: '{}' } }],
        },
      ],
    },
    together: {
      tool_choice: { tools: [{ type: 'function', function: { name: 'text' } }] },
      top_logprobs: { logprobs: true },
      'response_format{json_schema}.json_schema{JSONSchema}': { schema: SCHEMAS[0] },
      'messages[assistant]': { content: 'text' },
    },
    omitted: {
      ...OF_OPENAI,
      '*.detail "auto"': 'the default',
      'modalities[] "text"': 'the default',
      'stream_options{*}.include_usage': 'the form of the stream',
    },
  },
  {
    name: 'Responses',
    types: [{ type: RESPONSES_TYPE }],
    base: { model: 'm', input: 'hi' },
    path: '/v1/responses',
    spec: 'openai/gpt-5.4',
    provider: (respond) => createOpenAI({ apiKey, fetch: fetchOf(respond) }),
    response: {
      id: 'r',
      object: 'response',
      status: 'completed',
      model: 'm',
      output: [
        {
          type: 'message',
          id: 'msg_1',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: 'hi', annotations: [] }],
        },
      ],
      usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
    },
    values: {
      image_url: DATA_URLS,
      file_data: DATA_URLS,
      schema: SCHEMAS,
      parameters: SCHEMAS,
      arguments: ['{}', '{"a":1}'],
      model: [],
    },
    before: {
      input: [USER],
      'input[FunctionCallOutput]': [
        USER,
        { type: 'function_call', call_id: 'text', name: 'f', arguments: '{}' },
      ],
      'input[function_call_output]': [
        USER,
        { type: 'function_call', call_id: 'text', name: 'f', arguments: '{}' },
      ],
      'input[custom_tool_call_output]': [
        USER,
        { type: 'custom_tool_call', call_id: 'text', name: 'f', input: '' },
      ],
    },
    together: { tool_choice: { tools: [{ type: 'function', name: 'text' }] } },
    omitted: {
      ...OF_OPENAI,
      'include[] "reasoning.encrypted_content"': 'always included',
      'input[*].type "message"': 'the default',
      'input[*].id': 'an id of an earlier response',
      'input[*].status*': 'the state of an earlier response',
      'input[*].caller{direct}': 'the default',
      'input[message].content[output_text].annotations*': 'repeat the text of an earlier response',
      'input[message].content[output_text].logprobs*': 'repeat the text of an earlier response',
      'input[reasoning]*': 'reasoning without a token of the gateway, which no target can read',
    },
  },
  {
    name: 'Messages',
    types: [
      { type: MESSAGES_TYPE },
      {
        type: { ...MESSAGES_TYPE, name: 'BetaMessageParam' },
        at: 'messages[assistant]',
        embed: (turn) => ({
          model: 'm',
          max_tokens: 100,
          messages: [USER, { ...turn, role: 'assistant' }, USER],
        }),
      },
    ],
    base: { model: 'm', max_tokens: 100, messages: [USER] },
    path: '/v1/messages',
    spec: 'anthropic/claude-opus-5',
    provider: (respond) => createAnthropic({ apiKey, fetch: fetchOf(respond) }),
    response: {
      id: 'm',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [{ type: 'text', text: 'hi' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 1, output_tokens: 1 },
    },
    values: {
      data: PNGS,
      input_schema: SCHEMAS,
      schema: SCHEMAS,
      input: [{}, { a: 1 }],
      model: [],
      budget_tokens: [1024, 2048],
    },
    before: {
      'messages[user]': [
        USER,
        { role: 'assistant', content: [{ type: 'tool_use', id: 'text', name: 'f', input: {} }] },
      ],
    },
    together: { tool_choice: { tools: [{ name: 'text', input_schema: SCHEMAS[0] }] } },
    omitted: {
      '*cache_control{ephemeral}.ttl "5m"': 'the default',
      'service_tier "auto"': SERVICE_TIER,
      '*.citations[*': 'repeat the text of an earlier response',
      '*.display "summarized"': 'the client receives the reasoning that the target sends',
      'messages[assistant].content[tool_use].caller{direct}': 'the default',
      'tools[BetaTool].strict': STRICT,
      'tools[BetaTool].type "custom"': 'the default',
    },
  },
  {
    name: 'Gemini',
    types: [
      { type: { file: GENAI, name: 'GenerateContentParameters' } },
      {
        type: { file: GENAI, name: 'Content' },
        at: 'contents[model]',
        embed: (turn) => ({
          contents: [...CONTENTS, { parts: [{ text: 'turn' }], ...turn, role: 'model' }, ...CONTENTS],
        }),
      },
      {
        type: { file: GENAI, name: 'GenerateContentConfig' },
        except: { file: GENAI, name: 'GenerationConfig' },
      },
      {
        type: { file: GENAI, name: 'GenerationConfig' },
        at: 'generationConfig',
        embed: (generationConfig) => ({ contents: CONTENTS, generationConfig }),
      },
    ],
    base: { contents: CONTENTS },
    path: '/v1beta/models/m:generateContent',
    spec: 'google/gemini-3.5-pro',
    provider: (respond) => createGoogle({ apiKey, fetch: fetchOf(respond) }),
    response: {
      candidates: [{ content: { role: 'model', parts: [{ text: 'hi' }] }, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
    },
    values: {
      data: PNGS,
      model: [],
      config: [],
      httpOptions: [],
      abortSignal: [],
      automaticFunctionCalling: [],
      automaticContinuation: [],
      'propertyOrdering[]': ['b'],
      'contents[model].role': [],
    },
    before: { contents: CONTENTS },
    together: {
      toolConfig: { tools: [{ functionDeclarations: [{ name: 'text' }] }] },
      'contents[Content]': { parts: [{ text: 'text' }] },
      'contents[Content].parts[Part]': { text: 'text' },
      'contents[model].parts[Part]': { text: 'text' },
      'tools[Tool].functionDeclarations[FunctionDeclaration]': { name: 'text' },
      'tools[Tool].functionDeclarations[FunctionDeclaration].parameters{Schema}': {
        type: 'OBJECT',
        properties: { a: {}, b: {} },
      },
      'generationConfig.responseSchema{Schema}': { type: 'OBJECT', properties: { a: {}, b: {} } },
    },
    omitted: {
      '*.thoughtSignature': 'only a token of the gateway is read',
      'contents[Content].parts[Part].thought': 'only in a turn of the model',
      '*.mode "MODE_UNSPECIFIED"': 'the default',
      '*.mode "AUTO"': 'the default',
      '*.responseModalities[] "*"': 'the default',
      '*.thinkingLevel "THINKING_LEVEL_UNSPECIFIED"': 'the default',
    },
  },
];
