/** Recording whose response differs from its facts, with the reason. At most 2 % of the recordings are exceptions. */
export interface Exception {
  /** `<vendor>/<case>`. */
  readonly id: string;
  readonly field: 'text' | 'reasoning' | 'toolCalls' | 'finish' | 'usage' | 'error';
  readonly fact: string;
  /** Date on which the difference was found. */
  readonly date: string;
}

export const EXCEPTIONS: readonly Exception[] = [
  {
    id: 'openrouter/chat-u-reasoning-23-chat-web-search-with-openrouter-openai-gpt',
    field: 'reasoning',
    fact: '`reasoning` is null and the summaries stand in `reasoning_details` alone: they are read, the facts leave them out',
    date: '2026-11-20',
  },
  {
    id: 'openai/chat-u-other-output-42-openai-chat-completions-post-797109e5-json',
    field: 'text',
    fact: 'the transcript of the audio is read as text, the facts leave it out',
    date: '2026-11-25',
  },
];

export const RESPONSES_EXCEPTIONS: readonly Exception[] = [];
