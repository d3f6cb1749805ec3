import {
  toolResult,
  user,
  type ChatModel,
  type Majordomo,
  type Message,
  type ToolSpec,
} from '@majordomo/core';

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

// #region executors-rounds
type Run = (name: string, args: object) => Promise<string>;

/**
 * Eight rounds with tools, then one that may call none and so must answer. What a round says before it calls a tool is not
 * for the user: its deltas are kept back, and shown only once the round turns out to be the last.
 */
export async function rounds(
  model: ChatModel,
  request: { readonly messages: readonly Message[]; readonly tools: readonly ToolSpec[] },
  run: Run,
  show: (text: string) => void,
): Promise<void> {
  const messages: Message[] = [...request.messages];
  for (let round = 0; round <= 8; round++) {
    let deltas: string[] = [];
    const toolChoice = round < 8 ? 'auto' : 'none';
    const stream = model.stream({ messages, tools: request.tools, toolChoice }, { afterCommit: 'restart' });
    for await (const event of stream) {
      if (event.type === 'text-delta') deltas.push(event.text);
      if (event.type === 'reset') deltas = [];
    }
    const { message, toolCalls } = await stream.response();
    if (toolCalls.length === 0) {
      deltas.forEach(show);
      return;
    }
    const results = toolCalls.map(async ({ id, name, args }) => ({
      callId: id,
      name,
      content: await run(name, args),
    }));
    messages.push(message, toolResult(await Promise.all(results)));
  }
}
// #endregion
