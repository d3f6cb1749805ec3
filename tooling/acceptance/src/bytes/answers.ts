import {
  anthropicMessages,
  bedrockConverse,
  chatDialects,
  geminiGenerate,
  ollamaChat,
  openaiChat,
  openaiChatWire,
  openaiResponses,
  workersaiRun,
  type Answer,
  type Wire,
} from '@majordomo/conformance';

/** All APIs, and the vendors of Chat Completions that have a separate form of reasoning and ids. */
export const WIRES: readonly (readonly [name: string, vendor: string, wire: Wire])[] = [
  ['Chat Completions', 'openai', openaiChat],
  ...['deepseek', 'groq', 'cerebras', 'mistral', 'openrouter'].map(
    (vendor) => [`Chat of ${vendor}`, vendor, openaiChatWire(chatDialects[vendor])] as const,
  ),
  ['Chat of llama-swap', 'llama-swap', openaiChatWire(chatDialects['llamacpp'])],
  ['Responses', 'openai', openaiResponses],
  ['Messages', 'anthropic', anthropicMessages],
  ['generateContent', 'gemini', geminiGenerate],
  ['Converse', 'bedrock', bedrockConverse],
  ['Ollama chat', 'ollama', ollamaChat],
  ['Workers AI', 'cloudflare', workersaiRun],
];

/** Invalid JSON, for APIs that send arguments as text. */
export const CUT_ARGUMENTS = 'arguments that the limit cut';

/** Responses with everything that a stream can contain. If an API cannot represent content, the content is omitted. */
export const ANSWERS: Readonly<Record<string, Answer>> = {
  'a text of characters of one to four bytes': {
    parts: [{ type: 'text', text: 'a é ж 世 🌍 👩‍👩‍👧\nß', chunks: 2 }],
  },
  'reasoning, a text and two calls': {
    parts: [
      { type: 'reasoning', text: 'Two tools will do.', chunks: 7 },
      { type: 'text', text: 'Let me look.' },
      { type: 'tool-call', name: 'look', json: '{"at":"the 🚪","depth":[1,{"b":null}]}', chunks: 5 },
      { type: 'tool-call', name: 'count', json: '{}' },
    ],
    usage: { input: 100, output: 20, cacheRead: 60, cacheWrite: 10, reasoning: 7 },
  },
  'two calls whose fragments take turns': {
    parts: [
      { type: 'tool-call', name: 'look', json: '{"at":"left"}', chunks: 4 },
      { type: 'tool-call', name: 'look', json: '{"at":"right"}', chunks: 3 },
    ],
    interleave: true,
  },
  'calls without ids and without arguments': {
    parts: [
      { type: 'tool-call', id: '', name: 'count', json: '' },
      { type: 'tool-call', id: '', name: 'count', json: '' },
    ],
  },
  [CUT_ARGUMENTS]: {
    parts: [{ type: 'tool-call', name: 'look', json: '{"at":"the d' }],
    finish: 'length',
  },
  'encrypted reasoning': {
    parts: [
      { type: 'reasoning', text: 'Nobody reads this.', redacted: true },
      { type: 'text', text: 'Done.' },
    ],
  },
  'a refusal': { parts: [{ type: 'refusal', text: 'I cannot help with that.' }] },
  'a text that a filter ended': { parts: [{ type: 'text', text: 'First, ' }], finish: 'content-filter' },
  'nothing but a finish': { parts: [] },
  'no usage': { parts: [{ type: 'text', text: 'ok' }], usage: false },
  'a finish reason without the end marker': { parts: [{ type: 'text', text: 'ok' }], ends: 'finish' },
  'an end marker without a finish reason': { parts: [{ type: 'text', text: 'ok' }], ends: 'marker' },
};
