import {
  LlmError,
  user,
  type ChatModel,
  type ChatRequest,
  type CallOptions,
  type StreamEvent,
} from '@majordomo/core';

export { failureOf } from '@majordomo/test-support';

export const ask = (text = 'hi'): ChatRequest => ({ messages: [user(text)] });

/** Events of a stream, and its error if it failed. */
export interface Streamed {
  readonly events: readonly StreamEvent[];
  readonly text: string;
  readonly error: LlmError | undefined;
}

export async function streamed(
  model: ChatModel,
  request: ChatRequest = ask(),
  options?: CallOptions,
): Promise<Streamed> {
  const events: StreamEvent[] = [];
  const stream = model.stream(request, options);
  const read = async (): Promise<LlmError | undefined> => {
    try {
      for await (const event of stream) events.push(event);
      return undefined;
    } catch (error) {
      return asLlmError(error);
    }
  };
  const error = await read();
  const text = events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
  return { events, text, error };
}

function asLlmError(error: unknown): LlmError {
  if (LlmError.is(error)) return error;
  throw new Error('expected an LlmError', { cause: error });
}

/** Cuts a text into pieces at the given positions. */
export const cutAt = (text: string, ...positions: readonly number[]): readonly string[] => {
  const ends = [...new Set(positions.filter((at) => at > 0 && at < text.length)), text.length].sort(
    (a, b) => a - b,
  );
  return ends.map((end, at) => text.slice(ends[at - 1] ?? 0, end));
};
