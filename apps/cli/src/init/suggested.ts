/** Suggested model of each vendor. A test compares them with the names in the documents. */
export const SUGGESTED: Readonly<Record<string, string>> = {
  openai: 'gpt-5.4',
  anthropic: 'claude-sonnet-5',
};
