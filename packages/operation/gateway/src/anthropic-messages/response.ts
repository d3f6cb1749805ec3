import type {
  FinishReason,
  ReasoningPart,
  TextPart,
  Usage,
  AssistantPart,
  ChatResponse,
} from '@majordomo/core';
import { asRecord, CLAUDE_FAMILY } from '@majordomo/core/toolkit';
import { pageCitations } from '../response/citations.ts';
import { tokenText } from '../parsing/replay-token.ts';
import { newId } from '../response/id.ts';

const STOP_REASONS: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  'content-filter': 'refusal',
  refusal: 'refusal',
  incomplete: 'pause_turn',
  other: 'end_turn',
};

/** Returns the stop reason and stop sequence. With several `stops`, the sequence is `null`, as the chain does not report it. */
export function stopOf(finish: FinishReason, raw: string | undefined, stops: readonly string[]): object {
  return raw === 'stop_sequence' && stops.length > 0
    ? { stop_reason: 'stop_sequence', stop_sequence: stops.length === 1 ? stops[0] : null }
    : { stop_reason: STOP_REASONS[finish], stop_sequence: null };
}

/** Formats token usage. `input_tokens` of this wire excludes cached tokens. Unknown counts become 0. */
export function messagesUsage(usage: Usage | undefined): object {
  const { input = 0, output = 0, cacheRead = 0, cacheWrite = 0 } = usage ?? {};
  return {
    input_tokens: Math.max(0, input - cacheRead - cacheWrite),
    cache_creation_input_tokens: cacheWrite,
    cache_read_input_tokens: cacheRead,
    output_tokens: output,
  };
}

/** Returns the data of a `redacted_thinking` block for reasoning that has a token, but neither text nor a signature. */
export function hiddenData({ text, replay }: ReasoningPart): string | undefined {
  if (text !== '' || replay === undefined) return undefined;
  const { redacted, signature } = asRecord(replay.data);
  if (typeof signature === 'string') return undefined;
  return replay.family === CLAUDE_FAMILY && typeof redacted === 'string' ? redacted : tokenText(replay);
}

/** Formats the web pages that a text cites. `encrypted_index` is empty, because only the vendor could use it. */
export const messagesCitations = (part: TextPart): readonly object[] =>
  pageCitations(part).map(({ url, title, quote }) => ({
    type: 'web_search_result_location',
    url,
    title,
    cited_text: quote,
    encrypted_index: '',
  }));

/** Returns a complete response as a `message` object. */
export const anthropicMessage = (
  { parts, finish, rawFinish, usage }: ChatResponse,
  model: string,
  stops: readonly string[],
): object => ({
  id: newId('msg_'),
  type: 'message',
  role: 'assistant',
  model,
  content: parts.flatMap(block),
  ...stopOf(finish, rawFinish, stops),
  usage: messagesUsage(usage),
});

function block(part: AssistantPart): object | readonly object[] {
  switch (part.type) {
    case 'text':
      return textBlock(part);
    case 'reasoning': {
      const data = hiddenData(part);
      // Reasoning of other vendors has no signature.
      return data === undefined
        ? { type: 'thinking', thinking: part.text, signature: tokenText(part.replay) ?? '' }
        : { type: 'redacted_thinking', data };
    }
    // The Messages API has no blocks for these parts.
    case 'vendor':
    case 'vendor-call':
    case 'image':
    case 'audio':
      return [];
    case 'tool-call':
      return { type: 'tool_use', id: part.id, name: part.name, input: part.args };
  }
}

/** Returns a `text` block. Without citations, omits the member `citations`, because some clients reject `null`. */
function textBlock(part: TextPart): object {
  const citations = messagesCitations(part);
  return { type: 'text', text: part.text, ...(citations.length > 0 && { citations }) };
}
