/**
 * Models that documents name as if they could be asked: they can. From OpenAI's and Anthropic's lists of models as
 * models.dev had them on 2026-07-02. A newer one takes its place here and in the documents at once: a test compares.
 */
export const MODEL_NAMES: Readonly<Record<string, readonly string[]>> = {
  openai: ['gpt-5.4', 'gpt-5.4-mini', 'gpt-5-mini', 'gpt-4o'],
  anthropic: ['claude-sonnet-5', 'claude-haiku-4-5'],
};
