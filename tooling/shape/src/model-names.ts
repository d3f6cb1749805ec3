/**
 * Models that documents may mention, from OpenAI's and Anthropic's lists in models.dev of 2026-07-02. A test compares the
 * documents with this list.
 */
export const MODEL_NAMES: Readonly<Record<string, readonly string[]>> = {
  openai: ['gpt-5.4', 'gpt-5.4-mini', 'gpt-5-mini', 'gpt-4o'],
  anthropic: ['claude-sonnet-5', 'claude-haiku-4-5'],
};
