import { eventFrame } from '@majordomo/testing/internal';
import { asList, asRecord, jsonLine, sseEvent } from '@majordomo/core/toolkit';
import type { Reply } from '../exchange.ts';

/** Returns a stream with the content of a response, or of a chunk. */
export type StreamOf = (value: unknown) => Reply;

const encoder = new TextEncoder();

const reply = (type: string, ...chunks: readonly Uint8Array[]): Reply => ({
  status: 200,
  headers: { 'content-type': type },
  pieces: chunks,
});

const events = (texts: readonly string[]): Reply =>
  reply('text/event-stream', ...texts.map((text) => encoder.encode(text)));

/** Returns the value as the only chunk of Chat Completions. */
export const chatStream: StreamOf = (value) => events([dataOf(value), sseEvent('[DONE]')]);

/** Returns the value as the only chunk of Gemini, whose chunks have the type of the response. */
export const geminiStream: StreamOf = (value) => events([dataOf(value)]);

/** Returns the value as the only line of Ollama, whose lines have the type of the response. */
export const ollamaStream: StreamOf = (value) =>
  reply('application/x-ndjson', encoder.encode(jsonLine(value)));

const dataOf = (value: unknown): string => sseEvent(JSON.stringify(value));

interface TypedEvent {
  readonly type: string;
  readonly [member: string]: unknown;
}

const namedEvent = (event: TypedEvent): string => sseEvent(JSON.stringify(event), event.type);

/** Returns the events of the Responses API that contain complete items. */
export const responsesStream: StreamOf = (value) => {
  const response = asRecord(value);
  const items = asList(response['output']).flatMap((item, output_index) => [
    { type: 'response.output_item.added', output_index, item },
    { type: 'response.output_item.done', output_index, item },
  ]);
  const first = { type: 'response.created', response: { ...response, output: [], status: 'in_progress' } };
  const last = { type: `response.${String(response['status'])}`, response };
  return events([first, ...items, last].map(namedEvent));
};

/** Members of a block that arrive in deltas. */
const DELTAS: readonly (readonly [member: string, type: string])[] = [
  ['thinking', 'thinking_delta'],
  ['signature', 'signature_delta'],
  ['text', 'text_delta'],
];

/** Returns the events of the Messages API. */
export const messagesStream: StreamOf = (value) => {
  const { content, stop_reason, stop_sequence, stop_details, ...rest } = asRecord(value);
  const message = { ...rest, content: [], stop_reason: null, stop_sequence: null, stop_details: null };
  const { container, usage } = rest;
  return events(
    [
      { type: 'message_start', message },
      ...asList(content).flatMap(messagesBlock),
      { type: 'message_delta', delta: { stop_reason, stop_sequence, stop_details, container }, usage },
      { type: 'message_stop' },
    ].map(namedEvent),
  );
};

function messagesBlock(value: unknown, index: number): readonly TypedEvent[] {
  const block = asRecord(value);
  const start: Record<string, unknown> = { ...block };
  const deltas: object[] = [];
  for (const citation of block['type'] === 'text' ? asList(block['citations']) : []) {
    deltas.push({ type: 'citations_delta', citation });
    start['citations'] = [];
  }
  for (const [member, type] of DELTAS) {
    if (typeof block[member] !== 'string') continue;
    deltas.push({ type, [member]: block[member] });
    start[member] = '';
  }
  if (block['input'] !== undefined) {
    deltas.push({ type: 'input_json_delta', partial_json: JSON.stringify(block['input']) });
    start['input'] = {};
  }
  return [
    { type: 'content_block_start', index, content_block: start },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ];
}

const frame = (type: string, payload: object): Uint8Array =>
  eventFrame({ ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' }, payload);

/** Kinds of blocks for which streams have a start or a delta. */
const STREAMED_KINDS: readonly string[] = [
  'text',
  'toolUse',
  'toolResult',
  'image',
  'reasoningContent',
  'citationsContent',
];

/** Returns the response without the kinds of blocks that ConverseStream cannot send. */
export function streamableResponse(value: unknown): unknown {
  const copy = structuredClone(value) as { output: { message: { content: readonly object[] } } };
  const { message } = copy.output;
  message.content = message.content.filter((block) => STREAMED_KINDS.includes(Object.keys(block)[0] ?? ''));
  return copy;
}

/** Returns the events of ConverseStream. */
export const bedrockStream: StreamOf = (value) => {
  const { output, stopReason, additionalModelResponseFields, ...metadata } = asRecord(value);
  const { content } = asRecord(asRecord(output)['message']);
  return reply(
    'application/vnd.amazon.eventstream',
    frame('messageStart', { role: 'assistant' }),
    ...asList(content).flatMap(bedrockBlock),
    frame('messageStop', { stopReason, additionalModelResponseFields }),
    frame('metadata', metadata),
  );
};

function bedrockBlock(value: unknown, contentBlockIndex: number): readonly Uint8Array[] {
  const { start, deltas } = bedrockPieces(asRecord(value));
  return [
    ...(start === undefined ? [] : [frame('contentBlockStart', { contentBlockIndex, start })]),
    ...deltas.map((delta) => frame('contentBlockDelta', { contentBlockIndex, delta })),
    frame('contentBlockStop', { contentBlockIndex }),
  ];
}

interface Pieces {
  readonly start?: object;
  readonly deltas: readonly object[];
}

/** Returns the start and the deltas of a block. */
function bedrockPieces(block: Readonly<Record<string, unknown>>): Pieces {
  const { toolUse, toolResult, image, reasoningContent, citationsContent } = block;
  if (toolUse !== undefined) {
    const { input, ...start } = asRecord(toolUse);
    return { start: { toolUse: start }, deltas: [{ toolUse: { input: JSON.stringify(input) } }] };
  }
  if (toolResult !== undefined) {
    const { content, ...start } = asRecord(toolResult);
    return { start: { toolResult: start }, deltas: [{ toolResult: content }] };
  }
  if (image !== undefined) {
    const { format, ...delta } = asRecord(image);
    return { start: { image: { format } }, deltas: [{ image: delta }] };
  }
  if (reasoningContent !== undefined) {
    const { reasoningText, redactedContent } = asRecord(reasoningContent);
    const { text, signature } = asRecord(reasoningText);
    const deltas = [{ text }, { signature }, { redactedContent }];
    return {
      deltas: deltas
        .filter((delta) => Object.values(delta)[0] !== undefined)
        .map((delta) => ({ reasoningContent: delta })),
    };
  }
  if (citationsContent !== undefined) {
    const { content, citations } = asRecord(citationsContent);
    return {
      deltas: [
        ...asList(content).map((piece) => piece as object),
        ...asList(citations).map((citation) => ({ citation })),
      ],
    };
  }
  return { deltas: [block] };
}
