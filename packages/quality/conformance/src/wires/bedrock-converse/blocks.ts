import type { FinishReason } from '@majordomo/core';
import {
  CLAUDE_SCOPE,
  type AnswerPart,
  type AnswerVendor,
  type FullAnswer,
  type FullUsage,
  pieces,
  sealText,
  signText,
} from '@majordomo/testing/internal';

export const STOP_REASONS: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  'content-filter': 'content_filtered',
  // The API has no separate values for these finish reasons.
  refusal: 'content_filtered',
  incomplete: 'end_turn',
  other: 'malformed_model_output',
};

/** Content block, as the content of its start event (if it has one), as its deltas, and as one complete object. */
export interface Block {
  readonly start: object | undefined;
  readonly deltas: readonly object[];
  readonly complete: object;
}

/** Returns the blocks of an answer. The number in the id of a tool call is its position among the tool calls. */
export function blocksOf(answer: FullAnswer): readonly Block[] {
  let calls = 0;
  return answer.parts.flatMap((part, at) =>
    part.type === 'vendor'
      ? search(part, `srvtooluse_${answer.id}${at}`)
      : (blockOf(part, `tooluse_${answer.id}${part.type === 'tool-call' ? calls++ : ''}`) ?? []),
  );
}

function blockOf(part: Exclude<AnswerPart, AnswerVendor>, usualId: string): Block | undefined {
  switch (part.type) {
    case 'text': {
      const deltas = pieces(part.text, part.chunks, 8).map((text) => ({ text }));
      const citations = (part.citations ?? []).map(({ url, title }) => ({
        title,
        location: { web: { url } },
      }));
      if (citations.length === 0) return { start: undefined, deltas, complete: { text: part.text } };
      return {
        start: undefined,
        deltas: [...deltas, ...citations.map((citation) => ({ citation }))],
        complete: { citationsContent: { content: [{ text: part.text }], citations } },
      };
    }
    case 'reasoning':
      return part.redacted === true ? redacted(part.text) : thinking(part);
    case 'tool-call': {
      const head = { toolUseId: part.id ?? usualId, name: part.name };
      // The first delta is always empty (recorded 2024-10).
      const deltas = ['', ...pieces(part.json, part.chunks, 6)].map((input) => ({ toolUse: { input } }));
      return {
        start: { toolUse: head },
        deltas,
        complete: { toolUse: { ...head, input: parsed(part.json) } },
      };
    }
    // Only the stop reason states a refusal.
    case 'refusal':
      return undefined;
    default:
      return part satisfies never;
  }
}

/** Returns the blocks of Nova's web search. The query is visible, but the result is hidden (recorded with Nova 2). */
function search({ text: query, result = '[HIDDEN]' }: AnswerVendor, toolUseId: string): readonly Block[] {
  const use = { toolUseId, name: 'nova_grounding', type: 'server_tool_use' };
  const found = { toolUseId, type: 'nova_grounding_result', status: 'success' };
  const content = [{ text: result }];
  return [
    {
      start: { toolUse: use },
      deltas: pieces(JSON.stringify({ query }), undefined, 6).map((input) => ({ toolUse: { input } })),
      complete: { toolUse: { ...use, input: { query } } },
    },
    {
      start: { toolResult: found },
      deltas: [{ toolResult: content }],
      complete: { toolResult: { ...found, content } },
    },
  ];
}

/** Returns a reasoning block, whose last delta is the signature. */
function thinking({ text, chunks, signature }: Extract<AnswerPart, { type: 'reasoning' }>): Block {
  const signed = signature === false ? undefined : (signature ?? signText(CLAUDE_SCOPE, text));
  const deltas = pieces(text, chunks, 8).map((thought) => ({ reasoningContent: { text: thought } }));
  return {
    start: undefined,
    deltas: signed === undefined ? deltas : [...deltas, { reasoningContent: { signature: signed } }],
    complete: {
      reasoningContent: { reasoningText: { text, ...(signed !== undefined && { signature: signed }) } },
    },
  };
}

/** Returns a redacted block. In JSON, its bytes are base64, even if they are base64 text already (recorded 2025-08). */
function redacted(text: string): Block {
  const redactedContent = Buffer.from(sealText(CLAUDE_SCOPE, text), 'utf8').toString('base64');
  const block = { reasoningContent: { redactedContent } };
  return { start: undefined, deltas: [block], complete: block };
}

function parsed(json: string): unknown {
  try {
    return json === '' ? {} : JSON.parse(json);
  } catch {
    return {};
  }
}

/** Returns the usage. `inputTokens` does not include cached tokens. There is no separate count for reasoning. */
export function converseUsage({ input, output, cacheRead, cacheWrite, cacheWriteLong }: FullUsage): object {
  const cached = cacheRead + cacheWrite > 0;
  return {
    inputTokens: input - cacheRead - cacheWrite,
    outputTokens: output,
    totalTokens: input + output,
    ...(cached && { cacheReadInputTokens: cacheRead, cacheWriteInputTokens: cacheWrite }),
    ...(cacheWriteLong > 0 && { cacheDetails: [{ ttl: '1h', inputTokens: cacheWriteLong }] }),
  };
}
