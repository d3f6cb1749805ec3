import {
  assistant,
  createMajordomo,
  LlmError,
  user,
  type CallOptions,
  type ChatRequest,
  type ChatResponse,
  type Message,
} from '@majordomo/core';
import { createAnthropic } from '@majordomo/provider-anthropic';
import { createOpenAI, groq, openaiCompatible } from '@majordomo/provider-openai';

const majordomo = createMajordomo({
  providers: [createOpenAI(), createAnthropic({ apiKey: () => 'key' }), openaiCompatible(groq)],
  aliases: { fast: { spec: 'openai/gpt-5.4,anthropic/claude-haiku-5', with: { reasoning: 'low' } } },
  env: { OPENAI_API_KEY: 'key' },
  chain: { attempts: 2, timeouts: { totalMs: 60_000 }, afterCommit: 'restart' },
});

export async function ask(question: string, signal?: AbortSignal): Promise<ChatResponse> {
  const history: Message[] = [user('Hello'), assistant('Hi.')];
  const request: ChatRequest = { messages: [...history, user(question)], maxTokens: 200, stop: ['END'] };
  const options: CallOptions = { signal, tenant: 'acme', onEvent: ({ type }) => type.length };
  const response = await majordomo.model('fast').generate(request, options);
  history.push(response.message);
  return response;
}

export async function* deltas(question: string): AsyncGenerator<string> {
  const stream = majordomo.model('fast').stream({ messages: [user(question)] });
  for await (const event of stream) {
    if (event.type === 'text-delta') yield event.text;
    if (event.type === 'reset') yield '\n';
  }
  const { usage } = await stream.response();
  yield String(usage?.output ?? 0);
}

export function explain(error: unknown): string {
  if (LlmError.is(error, 'rate-limit')) return `wait ${error.details.retryAfterMs ?? 0} ms`;
  if (LlmError.is(error))
    return `${error.kind}: ${error.details.attempts.map(({ target }) => target).join(', ')}`;
  return String(error);
}
