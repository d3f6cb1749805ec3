/** The text of a request and of an answer, however it was sent. */
export type RawForm = Pick<RawCall, 'options' | 'text' | 'numbers'>;

/** How a raw call says what a `ChatRequest` says. */
export interface RawCall {
  /** `client.chat.completions.create` */
  readonly path: readonly string[];
  /** Where the SDK sends it: the same request manually goes there. */
  readonly url: string;
  /** What keeps the factory on this wire at a base URL of the caller's; undefined where it has only one. */
  readonly api?: 'chat' | 'responses' | undefined;
  /** The raw option → ours. An option that is not listed makes the call too much for a rewrite. */
  readonly options: Readonly<Record<string, Translation>>;
  /** Where the text of the answer stands. */
  readonly text: readonly string[];
  /** Numbers of the answer that are `number | undefined` on both sides. */
  readonly numbers: readonly { readonly from: readonly string[]; readonly to: string }[];
}

/** `rename`: the value stays; the others change it too. */
export type Translation =
  | { readonly kind: 'rename'; readonly to: string }
  | { readonly kind: 'model' | 'messages' | 'input' | 'stop' | 'off' };

/** One SDK and the provider that replaces it. */
export interface Dialect {
  readonly package: string;
  readonly by: string;
  readonly factory: string;
  readonly id: string;
  /** The header with the key, what stands before the key there, and the variable that the SDK reads it from. */
  readonly key: { readonly header: string; readonly before: string; readonly variable: string };
  /** Constructor options that mean the same in the factory. */
  readonly client: readonly string[];
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

/** Read in openai 7.55 and @anthropic-ai/sdk 1.10, 2026-11-20. */
export const dialects: readonly Dialect[] = [
  {
    package: 'openai',
    by: '@majordomo/provider-openai',
    factory: 'createOpenAI',
    id: 'openai',
    key: { header: 'authorization', before: 'Bearer ', variable: 'OPENAI_API_KEY' },
    client: ['apiKey', 'baseURL'],
    calls: [chatCompletions, responses],
  },
  {
    package: '@anthropic-ai/sdk',
    by: '@majordomo/provider-anthropic',
    factory: 'createAnthropic',
    id: 'anthropic',
    key: { header: 'x-api-key', before: '', variable: 'ANTHROPIC_API_KEY' },
    client: ['apiKey', 'baseURL'],
    calls: [anthropicMessages],
  },
];

/** What a text model of the binding takes next to its id. Cloudflare's documentation, 2026-11-21. */
export const workersAi: RawForm = {
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
