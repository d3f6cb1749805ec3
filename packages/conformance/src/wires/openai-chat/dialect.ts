/**
 * What one vendor of the Chat Completions wire takes beyond OpenAI, and where it is stricter. Keys are those of
 * recorded requests that the vendor answered, 2025-09 to 2026-11.
 */
export interface ChatDialect {
  readonly name: string;
  /** Further keys of the request. */
  readonly requestKeys?: readonly string[] | undefined;
  /** Further keys of an assistant message. */
  readonly assistantKeys?: readonly string[] | undefined;
  /** Further keys of a user message. */
  readonly userKeys?: readonly string[] | undefined;
  /** Further keys of a tool call in an assistant message. */
  readonly toolCallKeys?: readonly string[] | undefined;
  /** Types of content parts beyond `text`, `image_url`, `input_audio`, `file` and `refusal`. */
  readonly partTypes?: readonly string[] | undefined;
  /** Types of tools beyond `function` and `custom`. */
  readonly toolTypes?: readonly string[] | undefined;
  /** A whole tool call id. Default: up to 40 characters of any kind. */
  readonly toolIds?: { readonly pattern: RegExp; readonly maxLength: number } | undefined;
  /** The field that reasoning travels in; without one the vendor shows none. */
  readonly reasoningField?: 'reasoning_content' | 'reasoning' | undefined;
  /** `max_tokens` and `stop` are refused for reasoning models, and strict schemas are checked. */
  readonly checksModels?: boolean | undefined;
  /** Images may stand in tool messages. */
  readonly toolImages?: boolean | undefined;
  /** A tool without a `type` is a function. */
  readonly typelessTools?: boolean | undefined;
  /** What a stream's fragments say of the call that they belong to. Default: its index, and its id once. */
  readonly callIndexing?: 'index-zero' | 'nowhere' | 'changing-ids' | undefined;
  /** Calls come with a thought signature (`extra_content.google`), and are refused without it. */
  readonly hasCallSignatures?: boolean | undefined;
  /** Roles that may follow a tool message. Default: any. */
  readonly afterTool?: readonly string[] | undefined;
  /** An assistant message without calls must say something. */
  readonly refusesEmptyTurns?: boolean | undefined;
  /** Streams tell usage with the finish reason, asked or not. */
  readonly alwaysSendsUsage?: boolean | undefined;
  /** Rules that this vendor does not have. */
  readonly tolerates?: readonly string[] | undefined;
}

/** OpenAI's own: nothing beyond its types, and its rules for single models. */
export const openaiDialect: ChatDialect = { name: 'openai', checksModels: true };

/** By vendor; what is not listed here keeps to OpenAI's own. */
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
  // Its requests were not recorded: as its reference has it (2026).
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
  // Their requests were not recorded: as their references have it (2026).
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
  // Its requests were not recorded: as its reference has it (2026).
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
