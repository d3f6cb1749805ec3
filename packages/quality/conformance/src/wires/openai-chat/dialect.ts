import type { ChatAnswerDialect } from '@majordomo/testing/internal';

/**
 * Differences between a vendor's Chat Completions API and OpenAI's. The additional keys occurred in recorded requests that the
 * vendor accepted, 2025-09 to 2026-11.
 */
export interface ChatDialect extends ChatAnswerDialect {
  /** Keys of the request that the vendor accepts in addition to those of OpenAI. */
  readonly requestKeys?: readonly string[] | undefined;
  /** Keys of an assistant message that the vendor accepts in addition to those of OpenAI. */
  readonly assistantKeys?: readonly string[] | undefined;
  /** Keys of a user message that the vendor accepts in addition to those of OpenAI. */
  readonly userKeys?: readonly string[] | undefined;
  /** Keys of a tool call in an assistant message that the vendor accepts in addition to those of OpenAI. */
  readonly toolCallKeys?: readonly string[] | undefined;
  /** Types of content parts in addition to `text`, `image_url`, `input_audio`, `file` and `refusal`. */
  readonly partTypes?: readonly string[] | undefined;
  /** Types of tools in addition to `function` and `custom`. */
  readonly toolTypes?: readonly string[] | undefined;
  /** Whether the API rejects `max_tokens` and `stop` for reasoning models and checks strict schemas. `@default false` */
  readonly checksModels?: boolean | undefined;
  /** Whether tool messages may contain images. `@default false` */
  readonly toolImages?: boolean | undefined;
  /** Whether a tool without a `type` is a function. `@default false` */
  readonly typelessTools?: boolean | undefined;
  /** Roles that may follow a tool message. `@default` any */
  readonly afterTool?: readonly string[] | undefined;
  /** Whether the API rejects an assistant message that has neither content nor calls. `@default false` */
  readonly refusesEmptyTurns?: boolean | undefined;
  /** Names of OpenAI's rules that the vendor does not enforce. `@default []` */
  readonly tolerates?: readonly string[] | undefined;
}

/** Dialect of OpenAI. */
export const openaiDialect: ChatDialect = { checksModels: true };

/** Dialects by vendor. The wire of any other vendor has OpenAI's dialect. */
export const chatDialects: Readonly<Record<string, ChatDialect>> = {
  // This endpoint sends index 0 for every call (reported by several clients, 2026) and requires the signature (2026-08).
  'gemini-compatible': {
    toolCallKeys: ['extra_content'],
    callIndexing: 'index-zero',
    hasCallSignatures: true,
  },
  openai: openaiDialect,
  azure: { checksModels: true },
  // Source: the vendor's reference (2026). No requests were recorded.
  alibaba: { requestKeys: ['enable_thinking'], reasoningField: 'reasoning_content' },
  cerebras: { requestKeys: ['clear_thinking'], reasoningField: 'reasoning' },
  deepseek: {
    requestKeys: ['thinking'],
    assistantKeys: ['reasoning_content', 'prefix'],
    toolCallKeys: ['index'],
    reasoningField: 'reasoning_content',
  },
  doubleword: { assistantKeys: ['reasoning_content'], reasoningField: 'reasoning_content' },
  gpustack: {
    requestKeys: ['enable_thinking'],
    assistantKeys: ['reasoning', 'reasoning_content'],
    reasoningField: 'reasoning_content',
  },
  groq: {
    requestKeys: ['reasoning_format', 'include_reasoning'],
    assistantKeys: ['reasoning'],
    reasoningField: 'reasoning',
  },
  llamacpp: {
    requestKeys: ['grammar', 'json_schema'],
    assistantKeys: ['reasoning_content'],
    reasoningField: 'reasoning_content',
  },
  // Error for ids: "must be a-z, A-Z, 0-9, with a length of 9".
  mistral: {
    requestKeys: ['random_seed', 'safe_prompt'],
    assistantKeys: ['prefix'],
    toolCallKeys: ['index'],
    partTypes: ['thinking'],
    toolIds: { pattern: /^[a-zA-Z0-9]{9}$/, maxLength: 9 },
    typelessTools: true,
    alwaysSendsUsage: true,
    // Error: "Unexpected role 'user' after role 'tool'" (reported by several clients, 2026-05).
    afterTool: ['tool', 'assistant'],
    tolerates: ['tool-choice-without-tools'],
  },
  // Source: the vendors' references (2026). No requests were recorded.
  mimo: {
    requestKeys: ['thinking'],
    assistantKeys: ['reasoning_content'],
    reasoningField: 'reasoning_content',
  },
  minimax: {
    requestKeys: ['reasoning_split'],
    assistantKeys: ['reasoning_content', 'reasoning_details'],
    reasoningField: 'reasoning_content',
  },
  // Source: the vendor's reference (2026). No requests were recorded.
  moonshot: {
    // Error: "message with role 'assistant' must not be empty" (reported by several clients, 2026-07).
    refusesEmptyTurns: true,
    requestKeys: ['thinking'],
    assistantKeys: ['reasoning_content'],
    reasoningField: 'reasoning_content',
  },
  ollama: {
    requestKeys: ['enable_thinking'],
    assistantKeys: ['reasoning', 'reasoning_content'],
    reasoningField: 'reasoning',
  },
  openrouter: {
    requestKeys: ['provider', 'reasoning', 'models', 'transforms', 'include_reasoning', 'usage'],
    assistantKeys: ['reasoning', 'reasoning_details'],
    toolTypes: ['openrouter:web_search'],
    reasoningField: 'reasoning',
  },
  // Every fragment has a new id (reported by several clients, 2026-05).
  poolside: { callIndexing: 'changing-ids' },
  together: {
    requestKeys: ['top_k', 'repetition_penalty', 'min_p', 'echo', 'safety_model'],
    userKeys: ['tool_calls'],
  },
  'vercel-gateway': {
    requestKeys: ['reasoning'],
    assistantKeys: ['reasoning', 'reasoning_details'],
    reasoningField: 'reasoning',
  },
  xai: { assistantKeys: ['reasoning_content'], reasoningField: 'reasoning_content' },
  zai: {
    requestKeys: ['thinking'],
    assistantKeys: ['reasoning_content'],
    reasoningField: 'reasoning_content',
  },
};
