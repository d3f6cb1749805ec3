/**
 * Differences of a vendor of the Chat Completions wire from OpenAI. Keys are those of recorded requests that the vendor
 * answered, 2025-09 to 2026-11.
 */
export interface ChatDialect {
  readonly name: string;
  /** Additional keys of the request. */
  readonly requestKeys?: readonly string[] | undefined;
  /** Additional keys of an assistant message. */
  readonly assistantKeys?: readonly string[] | undefined;
  /** Additional keys of a user message. */
  readonly userKeys?: readonly string[] | undefined;
  /** Additional keys of a tool call in an assistant message. */
  readonly toolCallKeys?: readonly string[] | undefined;
  /** Types of content parts beyond `text`, `image_url`, `input_audio`, `file` and `refusal`. */
  readonly partTypes?: readonly string[] | undefined;
  /** Types of tools beyond `function` and `custom`. */
  readonly toolTypes?: readonly string[] | undefined;
  /** Pattern of a tool call id. Default: up to 40 characters of any kind. */
  readonly toolIds?: { readonly pattern: RegExp; readonly maxLength: number } | undefined;
  /** Field with reasoning; without it the vendor returns none. */
  readonly reasoningField?: 'reasoning_content' | 'reasoning' | undefined;
  /** Whether `max_tokens` and `stop` are rejected for reasoning models and strict schemas are checked. */
  readonly checksModels?: boolean | undefined;
  /** Whether tool messages may contain images. */
  readonly toolImages?: boolean | undefined;
  /** Whether a tool without a `type` is a function. */
  readonly typelessTools?: boolean | undefined;
  /** How fragments of a stream identify their call. Default: by index, with the id once. */
  readonly callIndexing?: 'index-zero' | 'nowhere' | 'changing-ids' | undefined;
  /** Whether calls have a thought signature (`extra_content.google`) and are rejected without it. */
  readonly hasCallSignatures?: boolean | undefined;
  /** Roles that may follow a tool message. Default: any. */
  readonly afterTool?: readonly string[] | undefined;
  /** Whether an assistant message without calls must have content. */
  readonly refusesEmptyTurns?: boolean | undefined;
  /** Whether streams always send usage with the finish reason. */
  readonly alwaysSendsUsage?: boolean | undefined;
  /** Rules of OpenAI that do not apply. */
  readonly tolerates?: readonly string[] | undefined;
}

/** Dialect of OpenAI. */
export const openaiDialect: ChatDialect = { name: 'openai', checksModels: true };

/** Dialects by vendor; other vendors have the dialect of OpenAI. */
export const chatDialects: Readonly<Record<string, ChatDialect>> = {
  // Gemini's compatible endpoint: every call is index 0 (several clients, 2026), and needs its signature back (2026-08).
  'gemini-compatible': {
    name: 'gemini-compatible',
    toolCallKeys: ['extra_content'],
    callIndexing: 'index-zero',
    hasCallSignatures: true,
  },
  openai: openaiDialect,
  azure: { name: 'azure', checksModels: true },
  // From its reference (2026); its requests were not recorded.
  alibaba: { name: 'alibaba', requestKeys: ['enable_thinking'], reasoningField: 'reasoning_content' },
  cerebras: { name: 'cerebras', requestKeys: ['clear_thinking'], reasoningField: 'reasoning' },
  deepseek: {
    name: 'deepseek',
    requestKeys: ['thinking'],
    assistantKeys: ['reasoning_content', 'prefix'],
    toolCallKeys: ['index'],
    reasoningField: 'reasoning_content',
  },
  doubleword: {
    name: 'doubleword',
    assistantKeys: ['reasoning_content'],
    reasoningField: 'reasoning_content',
  },
  gpustack: {
    name: 'gpustack',
    requestKeys: ['enable_thinking'],
    assistantKeys: ['reasoning', 'reasoning_content'],
    reasoningField: 'reasoning_content',
  },
  groq: {
    name: 'groq',
    requestKeys: ['reasoning_format', 'include_reasoning'],
    assistantKeys: ['reasoning'],
    reasoningField: 'reasoning',
  },
  llamacpp: {
    name: 'llamacpp',
    requestKeys: ['grammar', 'json_schema'],
    assistantKeys: ['reasoning_content'],
    reasoningField: 'reasoning_content',
  },
  // Ids: "must be a-z, A-Z, 0-9, with a length of 9".
  mistral: {
    name: 'mistral',
    requestKeys: ['random_seed', 'safe_prompt'],
    assistantKeys: ['prefix'],
    toolCallKeys: ['index'],
    partTypes: ['thinking'],
    toolIds: { pattern: /^[a-zA-Z0-9]{9}$/, maxLength: 9 },
    typelessTools: true,
    alwaysSendsUsage: true,
    // "Unexpected role 'user' after role 'tool'" (several clients, 2026-05).
    afterTool: ['tool', 'assistant'],
    tolerates: ['tool-choice-without-tools'],
  },
  // From their references (2026); their requests were not recorded.
  mimo: {
    name: 'mimo',
    requestKeys: ['thinking'],
    assistantKeys: ['reasoning_content'],
    reasoningField: 'reasoning_content',
  },
  minimax: {
    name: 'minimax',
    requestKeys: ['reasoning_split'],
    assistantKeys: ['reasoning_content', 'reasoning_details'],
    reasoningField: 'reasoning_content',
  },
  // From its reference (2026); its requests were not recorded.
  moonshot: {
    name: 'moonshot',
    // "message with role 'assistant' must not be empty" (several clients, 2026-07).
    refusesEmptyTurns: true,
    requestKeys: ['thinking'],
    assistantKeys: ['reasoning_content'],
    reasoningField: 'reasoning_content',
  },
  ollama: {
    name: 'ollama',
    requestKeys: ['enable_thinking'],
    assistantKeys: ['reasoning', 'reasoning_content'],
    reasoningField: 'reasoning',
  },
  openrouter: {
    name: 'openrouter',
    requestKeys: ['provider', 'reasoning', 'models', 'transforms', 'include_reasoning', 'usage'],
    assistantKeys: ['reasoning', 'reasoning_details'],
    toolTypes: ['openrouter:web_search'],
    reasoningField: 'reasoning',
  },
  // A new id on every fragment (several clients, 2026-05).
  poolside: { name: 'poolside', callIndexing: 'changing-ids' },
  together: {
    name: 'together',
    requestKeys: ['top_k', 'repetition_penalty', 'min_p', 'echo', 'safety_model'],
    userKeys: ['tool_calls'],
  },
  'vercel-gateway': {
    name: 'vercel-gateway',
    requestKeys: ['reasoning'],
    assistantKeys: ['reasoning', 'reasoning_details'],
    reasoningField: 'reasoning',
  },
  xai: { name: 'xai', assistantKeys: ['reasoning_content'], reasoningField: 'reasoning_content' },
  zai: {
    name: 'zai',
    requestKeys: ['thinking'],
    assistantKeys: ['reasoning_content'],
    reasoningField: 'reasoning_content',
  },
};
