import { user, type Majordomo } from '@majordomo/core';

// #region executors-aliases
/** The cases of the switch, as data: the first target is the executor, the rest what the switch fell back to. */
const EXECUTORS: Readonly<Record<string, string>> = {
  direct: 'groq/llama-3.1-8b-instant',
  gpt_oss: 'groq/openai/gpt-oss-120b,openai/gpt-5-mini',
  claude: 'anthropic/claude-sonnet-4-5,gpt_oss',
  claude_opus: 'anthropic/claude-opus-4-5,claude',
};

/** Stored rows may name an executor that no code knows: a resolver answers for those, at every call. */
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
  /** What telemetry must get: the executor that ran, which need not be the one that was asked for. */
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
