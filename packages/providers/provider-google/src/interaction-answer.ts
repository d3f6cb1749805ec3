import { LlmError, type JobEventFacts, type JobLook } from '@majordomo/core';
import { asList, asNumber, asRecord, asText, isRecord, sseEvent } from '@majordomo/core/toolkit';
import { SSE, tryParseJson } from '@majordomo/wire-kit';
import { Citations, type TextPosition } from './interaction-citations.ts';

type Json = Readonly<Record<string, unknown>>;

/** Statuses of an interaction that has ended, with the finish reason of generateContent. */
const FINISH: ReadonlyMap<unknown, string> = new Map([
  ['completed', 'STOP'],
  ['requires_action', 'STOP'],
  ['incomplete', 'MAX_TOKENS'],
  ['requires_continuation', 'MAX_TOKENS'],
  ['budget_exceeded', 'MAX_TOKENS'],
]);
const FAILED = new Set<unknown>(['failed', 'cancelled']);

/**
 * Returns the state of an interaction, with the response of generateContent for its answer. Unknown statuses are running. A body
 * with an error and no status has failed. Throws `protocol` for a body with neither, such as the page of a proxy.
 */
export function lookOf(interaction: Json, target: string): JobLook {
  const { status } = interaction;
  if (asText(status) === undefined) {
    if (isRecord(interaction['error']))
      return { state: 'ended', answer: Response.json(failureOf(interaction)) };
    throw new LlmError('protocol', `${target}: the job has no status`, { target, path: 'status' });
  }
  if (status === 'queued') return { state: 'queued' };
  if (FAILED.has(status)) return { state: 'ended', answer: Response.json(failureOf(interaction)) };
  if (!FINISH.has(status)) return { state: 'running' };
  const citations = new Citations();
  const chunks = asList(interaction['steps']).flatMap((step) => chunksOfStep(asRecord(step), citations));
  return { state: 'ended', answer: Response.json([...chunks, endOf(interaction)]) };
}

/** Returns the last chunk. */
function endOf({ id, model, status, usage }: Json): Json {
  return {
    candidates: [{ finishReason: FINISH.get(status) ?? 'OTHER' }],
    usageMetadata: usageOf(asRecord(usage)),
    modelVersion: model,
    responseId: id,
  };
}

const usageOf = (usage: Json): Json => ({
  promptTokenCount: usage['total_input_tokens'],
  cachedContentTokenCount: usage['total_cached_tokens'],
  candidatesTokenCount: usage['total_output_tokens'],
  thoughtsTokenCount: usage['total_thought_tokens'],
  toolUsePromptTokenCount: usage['total_tool_use_tokens'],
});

/** Returns the body of a failure, which the reader of live responses reads. */
function failureOf({ status, errors, error }: Json): Json {
  const first = asRecord(error ?? asList(errors)[0]);
  const message = asText(first['message']) ?? `the interaction was ${String(status)}`;
  return { error: { code: asNumber(first['code']) ?? 500, message, status: 'INTERNAL' } };
}

/** Returns the chunks of a complete step. */
function chunksOfStep(step: Json, citations: Citations): readonly Json[] {
  return contentsOf(step).flatMap((output) => {
    citations.beginOutput();
    const chunk = chunkOf(partsOf(output), citations, output['annotations']);
    return chunk === undefined ? [] : [chunk];
  });
}

const contentsOf = (step: Json): readonly Json[] =>
  step['type'] === 'model_output' ? asList(step['content']).map(asRecord) : [step];

/** Returns a chunk; `undefined` if it has no content. */
function chunkOf(parts: readonly Json[], citations: Citations, annotations?: unknown): Json | undefined {
  // The annotations contain positions in the current output, so they are converted before it is passed.
  const found = asList(annotations).map((annotation) => citations.quotationOf(asRecord(annotation)));
  citations.pass(parts);
  if (parts.length === 0 && found.length === 0) return undefined;
  const content = { role: 'model', parts };
  const candidate = found.length === 0 ? { content } : { content, citationMetadata: { citations: found } };
  return { candidates: [candidate] };
}

/** Returns the parts of a step, or of a content of an output. */
function partsOf(content: Json): readonly Json[] {
  switch (content['type']) {
    case 'thought':
      return thoughtParts(content);
    case 'function_call': {
      const { id, name, arguments: args } = content;
      return [{ functionCall: { id, name, args } }];
    }
    case 'text':
      return [{ text: content['text'] }];
    default: {
      const { data, mime_type: mimeType } = content;
      return data === undefined ? [] : [{ inlineData: { mimeType, data } }];
    }
  }
}

/** Returns the parts of a thought. A signature belongs to the part after the thought, and is a part without text. */
function thoughtParts({ summary, signature }: Json): readonly Json[] {
  const texts = asList(summary).map((each) => asRecord(each)['text']);
  const parts = texts.map((text) => ({ text, thought: true }));
  return signature === undefined
    ? parts
    : [...parts, { text: '', thought: true, thoughtSignature: signature }];
}

/** Position in the events of an interaction: the id of the last event, the position in the text, and the call that is not complete. */
interface Position {
  readonly id: string;
  readonly text: TextPosition;
  readonly call?: PartialCall | undefined;
}
interface PartialCall {
  readonly step: Json;
  readonly text: string;
}

/** Maximum length of the arguments in a cursor, in characters. A longer incomplete call is read again after a reconnection. */
const MAX_CURSOR = 4096;

const positionOf = (cursor: string | undefined): Position | undefined =>
  cursor === undefined ? undefined : (JSON.parse(cursor) as Position);

/** Returns the id of the event before a cursor of `chunksOf`. */
export const eventIdOf = (cursor: string | undefined): string | undefined => positionOf(cursor)?.id;

/** Returns the events of an interaction after a cursor as chunks of generateContent. Each chunk contains the cursor after it. */
export function chunksOf(events: Response, cursor: string | undefined, target: string): Response {
  const encoder = new TextEncoder();
  const reader = new EventReader(positionOf(cursor));
  const chunks: Uint8Array[] = [];
  const decoder = SSE.decoder((data) => {
    const chunk = reader.read(asRecord(tryParseJson(data)));
    if (chunk !== undefined) chunks.push(encoder.encode(sseEvent(JSON.stringify(chunk))));
  }, target);
  const enqueueChunks = (controller: TransformStreamDefaultController<Uint8Array>): void => {
    for (const chunk of chunks.splice(0)) controller.enqueue(chunk);
  };
  // A generator could not be closed while it waits for a stalled connection. A `TransformStream` cancels the waiting read.
  const conversion = new TransformStream<Uint8Array, Uint8Array>({
    transform(bytes, controller) {
      decoder.push(bytes);
      enqueueChunks(controller);
    },
    flush(controller) {
      decoder.end();
      enqueueChunks(controller);
    },
  });
  const body = (events.body as ReadableStream<Uint8Array> | null)?.pipeThrough(conversion);
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
}

/** Returns the cursor after a chunk of `chunksOf`, and whether the chunk is the last. */
export function readChunk(data: string): JobEventFacts {
  const { cursor, isLast } = asRecord(tryParseJson(data));
  return { cursor: asText(cursor), isLast: isLast === true };
}

/** Reader of the events of one connection. */
class EventReader {
  private readonly citations: Citations;
  /** Call that is not complete. */
  private call: PartialCall | undefined;

  constructor(position: Position | undefined) {
    this.citations = new Citations(position?.text);
    this.call = position?.call;
  }

  /** Returns the content and the cursor of an event; `undefined` if it has neither. Without a cursor, no reader can continue there. */
  read(event: Json): Json | undefined {
    const chunk = this.chunk(event);
    const { event_id: id } = event;
    const { call } = this;
    const isShort = (call?.text.length ?? 0) <= MAX_CURSOR;
    const position = { id, text: this.citations.position, call };
    const cursor = typeof id === 'string' && isShort ? JSON.stringify(position) : undefined;
    return chunk === undefined && cursor === undefined ? undefined : { ...chunk, cursor };
  }

  private chunk(event: Json): Json | undefined {
    switch (event['event_type']) {
      case 'step.start':
        return this.start(asRecord(event['step']));
      case 'step.delta':
        return this.delta(asRecord(event['delta']));
      case 'step.stop':
        return this.stop();
      case 'interaction.completed':
        return ended(asRecord(event['interaction']));
      case 'interaction.status_update':
        return FAILED.has(event['status']) ? ended(event) : undefined;
      case 'error':
        return { ...failureOf(event), isLast: true };
      default:
        return undefined;
    }
  }

  private start(step: Json): Json | undefined {
    this.citations.beginOutput();
    if (step['type'] === 'function_call') {
      this.call = { step, text: '' };
      return undefined;
    }
    const contents = contentsOf(step);
    const annotations = contents.flatMap((content) => asList(content['annotations']));
    return chunkOf(contents.flatMap(partsOf), this.citations, annotations);
  }

  private delta(delta: Json): Json | undefined {
    const { type, arguments: json, content, signature, annotations } = delta;
    if (type === 'arguments_delta') {
      if (this.call !== undefined) this.call = { ...this.call, text: this.call.text + (asText(json) ?? '') };
      return undefined;
    }
    if (type === 'thought_summary') return chunkOf(thoughtParts({ summary: [content] }), this.citations);
    if (type === 'thought_signature') return chunkOf(thoughtParts({ signature }), this.citations);
    return chunkOf(partsOf(delta), this.citations, annotations);
  }

  private stop(): Json | undefined {
    const { call } = this;
    this.call = undefined;
    if (call === undefined) return undefined;
    const args = call.text === '' ? call.step['arguments'] : tryParseJson(call.text);
    return chunkOf(partsOf({ ...call.step, arguments: args }), this.citations);
  }
}

function ended(interaction: Json): Json {
  const end = FAILED.has(interaction['status']) ? failureOf(interaction) : endOf(interaction);
  return { ...end, isLast: true };
}
