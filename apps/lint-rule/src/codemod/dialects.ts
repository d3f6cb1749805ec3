/** Format of a request and its response, without the transport. */
export type RawFormat = Pick<RawCall, 'options' | 'text' | 'numbers'>;

/** Raw call, and the translation of its request to a `ChatRequest`. */
export interface RawCall {
  /** Path of the method from the client, such as `['chat', 'completions', 'create']`. */
  readonly path: readonly string[];
  /** Address of the request when it is sent with `fetch`. */
  readonly url: string;
  /** Value of the factory's option `api` that selects this API, or undefined if the vendor has only one API. */
  readonly api?: 'chat' | 'responses' | undefined;
  /** Translation of each raw option. A call with any other option is not rewritten. */
  readonly options: Readonly<Record<string, Translation>>;
  /** Path of the text in the response. */
  readonly text: readonly string[];
  /** Paths of the response's numbers whose type is `number | undefined` before and after the rewrite. */
  readonly numbers: readonly { readonly from: readonly string[]; readonly to: string }[];
}

/**
 * Translation of an option. `rename` changes only the name. `model` moves the value to the spec, `input` makes a user message of a string,
 * `messages` converts a list, `stop` makes a list of a string, and `off` removes an option with the value `false`.
 */
export type Translation =
  | { readonly kind: 'rename'; readonly to: string }
  | { readonly kind: 'model' | 'messages' | 'input' | 'stop' | 'off' };

/** SDK, and the provider that replaces it. */
export interface Dialect {
  readonly package: string;
  readonly providerPackage: string;
  readonly factory: string;
  readonly id: string;
  /** Header with the API key, `prefix` of the key in the header, and environment variable from which the SDK reads the key. */
  readonly key: { readonly header: string; readonly prefix: string; readonly variable: string };
  /** Constructor options that the factory also has, with the same meaning. */
  readonly clientOptions: readonly string[];
  readonly calls: readonly RawCall[];
}

const rename = (to: string): Translation => ({ kind: 'rename', to });
const model: Translation = { kind: 'model' };
const messages: Translation = { kind: 'messages' };
const common: Readonly<Record<string, Translation>> = {
  model,
  temperature: rename('temperature'),
  top_p: rename('topP'),
  stream: { kind: 'off' },
};

const chatCompletions: RawCall = {
  path: ['chat', 'completions', 'create'],
  url: 'https://api.openai.com/v1/chat/completions',
  api: 'chat',
  options: {
    ...common,
    messages,
    max_tokens: rename('maxTokens'),
    max_completion_tokens: rename('maxTokens'),
    seed: rename('seed'),
    stop: { kind: 'stop' },
  },
  text: ['choices', '0', 'message', 'content'],
  numbers: [
    { from: ['usage', 'prompt_tokens'], to: 'usage?.input' },
    { from: ['usage', 'completion_tokens'], to: 'usage?.output' },
  ],
};

const responses: RawCall = {
  path: ['responses', 'create'],
  url: 'https://api.openai.com/v1/responses',
  api: 'responses',
  options: {
    ...common,
    input: { kind: 'input' },
    instructions: rename('system'),
    max_output_tokens: rename('maxTokens'),
  },
  text: ['output_text'],
  numbers: [
    { from: ['usage', 'input_tokens'], to: 'usage?.input' },
    { from: ['usage', 'output_tokens'], to: 'usage?.output' },
  ],
};

const anthropicMessages: RawCall = {
  path: ['messages', 'create'],
  url: 'https://api.anthropic.com/v1/messages',
  options: {
    ...common,
    messages,
    system: rename('system'),
    max_tokens: rename('maxTokens'),
    stop_sequences: rename('stop'),
  },
  text: ['content', '0', 'text'],
  numbers: [],
};

/** Source: declarations of openai 7.55 and @anthropic-ai/sdk 1.10, 2026-11-20. */
export const dialects: readonly Dialect[] = [
  {
    package: 'openai',
    providerPackage: '@majordomo/provider-openai',
    factory: 'createOpenAI',
    id: 'openai',
    key: { header: 'authorization', prefix: 'Bearer ', variable: 'OPENAI_API_KEY' },
    clientOptions: ['apiKey', 'baseURL'],
    calls: [chatCompletions, responses],
  },
  {
    package: '@anthropic-ai/sdk',
    providerPackage: '@majordomo/provider-anthropic',
    factory: 'createAnthropic',
    id: 'anthropic',
    key: { header: 'x-api-key', prefix: '', variable: 'ANTHROPIC_API_KEY' },
    clientOptions: ['apiKey', 'baseURL'],
    calls: [anthropicMessages],
  },
];

/** Options of a Workers AI text model, from Cloudflare's documentation, 2026-11-21. */
export const workersAi: RawFormat = {
  options: {
    ...common,
    messages,
    prompt: { kind: 'input' },
    max_tokens: rename('maxTokens'),
    seed: rename('seed'),
  },
  text: ['response'],
  numbers: chatCompletions.numbers,
};
