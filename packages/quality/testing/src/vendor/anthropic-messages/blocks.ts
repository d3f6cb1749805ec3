import type { FinishReason } from '@majordomo/core';
import {
  type AnswerPart,
  type AnswerText,
  type AnswerToolCall,
  type AnswerVendor,
  type FullAnswer,
  type FullUsage,
  pieces,
} from '../answer.ts';
import { CLAUDE_SCOPE, sealText, signText } from '../signature.ts';

/** Names of finish reasons on this wire. */
export const STOP_REASONS: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  // The API has no separate value for filtered content and reports a refusal instead.
  'content-filter': 'refusal',
  refusal: 'refusal',
  incomplete: 'pause_turn',
  other: 'other',
};

/** Content block, as the content of its start event, as its deltas, and as one complete object. */
export interface Block {
  readonly opening: object;
  readonly deltas: readonly object[];
  readonly complete: object;
}

/**
 * Returns the blocks of an answer. A refusal has no block, because the stop reason represents it. The number in the id of a tool
 * call is its position among the tool calls.
 */
export function blocksOf(answer: FullAnswer): readonly Block[] {
  let calls = 0;
  return answer.parts.flatMap((part, at) =>
    partBlocks(part, `${answer.id}${part.type === 'tool-call' ? calls++ : at}`),
  );
}

function partBlocks(part: AnswerPart, name: string): readonly Block[] {
  switch (part.type) {
    case 'text':
      return [textBlock(part)];
    case 'reasoning':
      return [part.redacted === true ? redacted(part.text) : thinking(part)];
    case 'tool-call':
      return [toolUse(part, `toolu_${name}`)];
    case 'vendor':
      return webSearch(part, `srvtoolu_${name}`);
    case 'refusal':
      return [];
    default:
      return part satisfies never;
  }
}

/** Returns a text block. Citations are separate deltas of a stream, and a field of the complete block. */
function textBlock({ text, chunks, citations = [] }: AnswerText): Block {
  const cited = citations.map(({ url, title, quote = '' }) => ({
    type: 'web_search_result_location',
    cited_text: quote,
    url,
    title: title ?? null,
    encrypted_index: sealText(CLAUDE_SCOPE, url ?? ''),
  }));
  return {
    opening: { type: 'text', text: '', ...(cited.length > 0 && { citations: [] }) },
    deltas: [
      ...cited.map((citation) => ({ type: 'citations_delta', citation })),
      ...pieces(text, chunks, 8).map((piece) => ({ type: 'text_delta', text: piece })),
    ],
    complete: { type: 'text', text, ...(cited.length > 0 && { citations: cited }) },
  };
}

/** Returns a thinking block, whose last delta is the signature. */
function thinking({ text, chunks, signature }: Extract<AnswerPart, { type: 'reasoning' }>): Block {
  const signed = signature === false ? '' : (signature ?? signText(CLAUDE_SCOPE, text));
  return {
    opening: { type: 'thinking', thinking: '', signature: '' },
    deltas: [
      ...pieces(text, chunks, 8).map((thought) => ({ type: 'thinking_delta', thinking: thought })),
      { type: 'signature_delta', signature: signed },
    ],
    complete: { type: 'thinking', thinking: text, signature: signed },
  };
}

/** Returns a redacted block, which a stream sends without deltas (recorded 2025-10). */
function redacted(text: string): Block {
  const block = { type: 'redacted_thinking', data: sealText(CLAUDE_SCOPE, text) };
  return { opening: block, deltas: [], complete: block };
}

/** Returns a tool_use block. Its first delta is always empty (recorded 2026-04). In complete blocks, invalid JSON is a string. */
function toolUse(call: AnswerToolCall, usualId: string): Block {
  const head = { type: 'tool_use', id: call.id ?? usualId, name: call.name };
  const tail = { caller: { type: 'direct' } };
  return {
    opening: { ...head, input: {}, ...tail },
    deltas: ['', ...pieces(call.json, call.chunks, 6)].map((json) => ({
      type: 'input_json_delta',
      partial_json: json,
    })),
    complete: { ...head, input: parsed(call.json), ...tail },
  };
}

/** Returns the blocks of a web search. A stream sends the query in deltas and the result in one event (recorded 2025-10). */
function webSearch({ text: query, result = '' }: AnswerVendor, id: string): readonly Block[] {
  const head = { type: 'server_tool_use', id, name: 'web_search' };
  const page = { type: 'web_search_result', title: result, url: 'https://found.example/', page_age: null };
  const found = {
    type: 'web_search_tool_result',
    tool_use_id: id,
    content: result === '' ? [] : [{ ...page, encrypted_content: sealText(CLAUDE_SCOPE, result) }],
  };
  return [
    {
      opening: { ...head, input: {} },
      deltas: ['', ...pieces(JSON.stringify({ query }), undefined, 6)].map((json) => ({
        type: 'input_json_delta',
        partial_json: json,
      })),
      complete: { ...head, input: { query } },
    },
    { opening: found, deltas: [], complete: found },
  ];
}

function parsed(json: string): unknown {
  try {
    return json === '' ? {} : JSON.parse(json);
  } catch {
    return json;
  }
}

/** Returns the usage. Unlike `input` of `FullUsage`, `input_tokens` does not include cached tokens. */
export function messagesUsage(usage: FullUsage): object {
  const { input, output, cacheRead, cacheWrite, cacheWriteLong, reasoning } = usage;
  return {
    input_tokens: input - cacheRead - cacheWrite,
    cache_creation_input_tokens: cacheWrite,
    cache_read_input_tokens: cacheRead,
    cache_creation: {
      ephemeral_5m_input_tokens: cacheWrite - cacheWriteLong,
      ephemeral_1h_input_tokens: cacheWriteLong,
    },
    output_tokens: output,
    ...(reasoning === 0 ? {} : { output_tokens_details: { thinking_tokens: reasoning } }),
    service_tier: 'standard',
    inference_geo: 'not_available',
  };
}

/** Returns the explanation of a refusal (recorded 2026-07). */
export function stopDetails({ finish, parts }: FullAnswer): object | null {
  if (finish !== 'refusal' && finish !== 'content-filter') return null;
  const explanation = parts.flatMap((part) => (part.type === 'refusal' ? [part.text] : [])).join('');
  return { type: 'refusal', category: null, explanation: explanation === '' ? null : explanation };
}
