/** Usual names of the Workers AI binding. Source: Cloudflare's documentation and C3 templates, 2026-11-20. */
export const bindingNames: ReadonlySet<string> = new Set(['AI', 'ai']);

/** Matches ids of models that Cloudflare hosts. */
export const bindingModelPattern: RegExp = /^@(?:cf|hf)\/[^/]+\/./;

/** Names of properties in the input of a Workers AI model, for text, chat, embeddings, speech and images. */
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
