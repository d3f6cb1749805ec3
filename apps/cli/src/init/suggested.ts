/** A model of each vendor to begin with. They are among the names that the documents use, which a test compares. */
export const SUGGESTED: Readonly<Record<string, string>> = {
  openai: 'gpt-5.4',
  anthropic: 'claude-sonnet-5',
};
