import { user, type Majordomo } from '@majordomo/core';

// #region executors-aliases
/** Cases of the `switch` as data. The first target is the executor, and the others are its fallbacks. */
const EXECUTORS: Readonly<Record<string, string>> = {
  direct: 'groq/llama-3.1-8b-instant',
  gpt_oss: 'groq/openai/gpt-oss-120b,openai/gpt-5-mini',
  claude: 'anthropic/claude-sonnet-4-5,gpt_oss',
  claude_opus: 'anthropic/claude-opus-4-5,claude',
};

/** Adds a resolver that runs for each call, because stored rows may contain names that the code does not contain. */
export function addExecutors(
  majordomo: Majordomo,
  stored: (name: string) => Promise<string | undefined>,
): void {
  for (const [name, spec] of Object.entries(EXECUTORS)) majordomo.alias(name, spec);
  majordomo.resolver((name) => stored(name));
}
// #endregion

// #region executors-dispatch
export interface Dispatched {
  readonly text: string;
  /** Target that answered, for telemetry. It may differ from the requested executor. */
  readonly ran: string;
  readonly failed: readonly string[];
}

export async function dispatch(majordomo: Majordomo, executor: string, text: string): Promise<Dispatched> {
  const response = await majordomo.model(executor).generate({ messages: [user(text)] });
  const failed = response.attempts.flatMap(({ target, error }) =>
    error ? [`${target}: ${error.kind}`] : [],
  );
  return { text: response.text, ran: response.target, failed };
}
// #endregion
