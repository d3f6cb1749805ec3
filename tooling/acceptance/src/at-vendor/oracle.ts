import type { Recording } from '@majordomo/test-support';
import { asList, asRecord } from '@majordomo/core/toolkit';

/** Visible part of a response, as parsed from its raw bytes without an SDK. */
export type Row =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'call'; readonly name: string }
  | { readonly type: 'vendor'; readonly raw: unknown };

type Loose = Readonly<Record<string, unknown>>;

/** Joins adjacent texts and removes empty texts. */
export function joined(rows: readonly Row[]): readonly Row[] {
  const all: Row[] = [];
  for (const row of rows) {
    const last = all.at(-1);
    if (row.type !== 'text') all.push(row);
    else if (last?.type === 'text') all[all.length - 1] = { type: 'text', text: last.text + row.text };
    else if (row.text !== '') all.push(row);
  }
  return all;
}

/** Returns the parts of a recording, by its API. */
export function rowsOf(recording: Recording): readonly Row[] {
  const read = READERS[recording.expected.wire];
  return read === undefined ? [] : joined(read(recording));
}

const READERS: Readonly<Record<string, (recording: Recording) => readonly Row[]>> = {
  'anthropic-messages': (recording) => messagesBlocks(recording).flatMap(messagesRow),
  'openai-responses': (recording) => responsesItems(recording).flatMap(responsesRow),
  'gemini-generate': (recording) => geminiParts(recording).flatMap(geminiRow),
  'bedrock-converse': (recording) => converseBlocks(recording).flatMap(converseRow),
};

const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');

const textOf = ({ body }: Recording): string => new TextDecoder().decode(body);

/** Returns the data of server-sent events. */
export const eventsOf = (recording: Recording): readonly Loose[] =>
  textOf(recording)
    .split(/\r?\n\r?\n/)
    .map((event) => event.split(/\r?\n/).flatMap((line) => /^data: ?(.*)$/.exec(line)?.[1] ?? []))
    .filter((lines) => lines.length > 0 && lines[0] !== '[DONE]')
    .map((lines) => asRecord(JSON.parse(lines.join('\n'))));

export const bodyOf = (recording: Recording): Loose => asRecord(JSON.parse(textOf(recording)));

/** Returns the content blocks. Blocks of a stream are assembled from deltas. */
export function messagesBlocks(recording: Recording): readonly Loose[] {
  if (!recording.expected.streamed) return asList(bodyOf(recording)['content']).map(asRecord);
  const blocks: Record<string, unknown>[] = [];
  const inputs = new Map<number, string>();
  for (const event of eventsOf(recording)) {
    const at = Number(event['index']);
    if (event['type'] === 'content_block_start') blocks[at] = { ...asRecord(event['content_block']) };
    const block = blocks[at];
    const delta = asRecord(event['delta']);
    if (event['type'] !== 'content_block_delta' || block === undefined) continue;
    if (delta['type'] === 'text_delta') block['text'] = String(block['text']) + String(delta['text']);
    if (delta['type'] === 'citations_delta')
      block['citations'] = [...asList(block['citations']), delta['citation']];
    if (delta['type'] === 'input_json_delta')
      inputs.set(at, (inputs.get(at) ?? '') + String(delta['partial_json']));
  }
  for (const [at, json] of inputs) {
    const block = blocks[at];
    // Ignore the arguments of the application's calls, which may be truncated.
    if (json !== '' && block !== undefined && block['type'] !== 'tool_use') block['input'] = JSON.parse(json);
  }
  return blocks;
}

function messagesRow(block: Loose): readonly Row[] {
  switch (block['type']) {
    case 'text':
      return [{ type: 'text', text: String(block['text']) }];
    case 'tool_use':
      return [{ type: 'call', name: String(block['name']) }];
    case 'thinking':
    case 'redacted_thinking':
      return [];
    default:
      return [{ type: 'vendor', raw: block }];
  }
}

/** Returns the completed output items. */
export function responsesItems(recording: Recording): readonly Loose[] {
  if (!recording.expected.streamed) return asList(bodyOf(recording)['output']).map(asRecord);
  const done = eventsOf(recording).filter(({ type }) => type === 'response.output_item.done');
  return done
    .sort((one, other) => Number(one['output_index']) - Number(other['output_index']))
    .map(({ item }) => asRecord(item));
}

/** Types of items that wait for the client, so that they are not results of the vendor's tools. */
const WAITING = [
  'shell_call',
  'local_shell_call',
  'apply_patch_call',
  'computer_call',
  'mcp_approval_request',
];

function responsesRow(item: Loose): readonly Row[] {
  const type = String(item['type']);
  if (type === 'message')
    return asList(item['content'])
      .map(asRecord)
      .map(({ text, refusal }) => ({ type: 'text', text: textIn(text) + textIn(refusal) }));
  if (type === 'function_call' || type === 'custom_tool_call')
    return [{ type: 'call', name: String(item['name']) }];
  return type === 'reasoning' || WAITING.includes(type) ? [] : [{ type: 'vendor', raw: item }];
}

export const geminiCandidates = (recording: Recording): readonly Loose[] =>
  geminiChunks(recording).map((chunk) => asRecord(asList(asRecord(chunk)['candidates'])[0]));

/** Returns the name of the model, which the chunks contain. */
export const geminiModel = (recording: Recording): string =>
  String(
    geminiChunks(recording)
      .map(asRecord)
      .findLast(({ modelVersion }) => modelVersion)?.['modelVersion'],
  );

/** Returns the chunks. If the URL lacks `alt=sse`, a stream is one list of chunks. */
function geminiChunks(recording: Recording): readonly unknown[] {
  if (recording.expected.streamed) return eventsOf(recording);
  const body: unknown = JSON.parse(textOf(recording));
  return Array.isArray(body) ? body : [body];
}

const geminiParts = (recording: Recording): readonly Loose[] =>
  geminiCandidates(recording).flatMap(({ content }) => asList(asRecord(content)['parts']).map(asRecord));

/** Members of parts about tools that the vendor ran. */
const AT_GOOGLE = ['executableCode', 'codeExecutionResult', 'toolCall', 'toolResponse'];

function geminiRow(part: Loose): readonly Row[] {
  if (AT_GOOGLE.some((kind) => kind in part)) return [{ type: 'vendor', raw: part }];
  if (part['functionCall'] !== undefined)
    return [{ type: 'call', name: String(asRecord(part['functionCall'])['name']) }];
  return part['thought'] === true || typeof part['text'] !== 'string'
    ? []
    : [{ type: 'text', text: part['text'] }];
}

/** Returns the content blocks. Blocks of a stream are assembled from frames. */
export function converseBlocks(recording: Recording): readonly Loose[] {
  if (!recording.expected.streamed)
    return asList(asRecord(asRecord(bodyOf(recording)['output'])['message'])['content']).map(asRecord);
  const blocks: Record<string, Record<string, unknown>>[] = [];
  for (const { type, data } of eventFrames(recording.body)) {
    const at = Number(data['contentBlockIndex']);
    if (type === 'contentBlockStart') blocks[at] = structuredClone(asRecord(data['start'])) as never;
    if (type === 'contentBlockDelta') add((blocks[at] ??= {}), asRecord(data['delta']));
  }
  return blocks.map((block) => {
    const { toolUse } = block;
    if (toolUse?.['type'] !== 'server_tool_use') return block;
    const { json = '{}', ...rest } = toolUse;
    return { toolUse: { ...rest, input: JSON.parse(String(json)) as unknown } };
  });
}

function add(block: Record<string, unknown>, delta: Loose): void {
  const { text, toolUse, toolResult, citation } = delta;
  if (text !== undefined) block['text'] = textIn(block['text']) + textIn(text);
  if (toolUse !== undefined) {
    const open = block['toolUse'] as Record<string, unknown>;
    open['json'] = textIn(open['json']) + textIn(asRecord(toolUse)['input']);
  }
  if (toolResult !== undefined) {
    const open = block['toolResult'] as Record<string, unknown>;
    open['content'] = [...asList(open['content']), ...asList(toolResult)];
  }
  if (citation !== undefined) block['citations'] = [...asList(block['citations']), citation];
}

function converseRow(block: Loose): readonly Row[] {
  const { text, toolUse, toolResult, citationsContent } = block;
  if (toolUse !== undefined && asRecord(toolUse)['type'] !== 'server_tool_use')
    return [{ type: 'call', name: String(asRecord(toolUse)['name']) }];
  if (toolUse !== undefined || toolResult !== undefined) return [{ type: 'vendor', raw: block }];
  const texts = [
    text,
    ...asList(asRecord(citationsContent)['content']).map((piece) => asRecord(piece)['text']),
  ];
  return texts.filter((one) => typeof one === 'string').map((one) => ({ type: 'text', text: one }));
}

/** Event of a Bedrock stream. */
interface Frame {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * Returns the frames of `application/vnd.amazon.eventstream`. A frame contains two lengths, a checksum, headers, data and a
 * checksum.
 */
function eventFrames(body: Uint8Array): readonly Frame[] {
  const frames: Frame[] = [];
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const decoder = new TextDecoder();
  for (let at = 0; at < body.length;) {
    const length = view.getUint32(at);
    const headers = view.getUint32(at + 4);
    const head = decoder.decode(body.subarray(at + 12, at + 12 + headers));
    const data = decoder.decode(body.subarray(at + 12 + headers, at + length - 4));
    // A header contains its name, the type code for strings, a two-byte length, and the string.
    const type = /^\w+/.exec(head.split(':event-type')[1]?.slice(3) ?? '')?.[0] ?? '';
    frames.push({ type, data: asRecord(JSON.parse(data)) });
    at += length;
  }
  return frames;
}
