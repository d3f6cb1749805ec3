/** Suggested model of each vendor. A test checks that the catalog has their prices. */
export const SUGGESTED: Readonly<Record<string, string>> = {
  openai: 'gpt-5.4',
  anthropic: 'claude-sonnet-5',
};
