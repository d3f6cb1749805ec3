/** Names that the Workers AI binding has in configurations and code. Cloudflare's documentation and C3 templates, 2026-11-20. */
export const bindingNames: ReadonlySet<string> = new Set(['AI', 'ai']);

/** Ids of models that Cloudflare itself hosts. */
export const isBindingModel: RegExp = /^@(?:cf|hf)\//;

/** Inputs of Workers AI models: text, chat, embeddings, speech, images. */
export const bindingInputs: ReadonlySet<string> = new Set([
  'messages',
  'prompt',
  'input',
  'text',
  'audio',
  'image',
  'max_tokens',
  'input_text',
  'source_lang',
]);
