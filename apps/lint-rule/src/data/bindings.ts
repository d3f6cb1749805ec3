/** Names of the Workers AI binding in configurations and code. From Cloudflare's documentation and C3 templates, 2026-11-20. */
export const bindingNames: ReadonlySet<string> = new Set(['AI', 'ai']);

/** Matches ids of models that Cloudflare hosts. */
export const bindingModelPattern: RegExp = /^@(?:cf|hf)\/[^/]+\/./;

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
