import type { Clock } from '@majordomo/core';
import { asRecord, asText, isRecord, tryParseJson } from '@majordomo/core/toolkit';
import { isFailure, isOperationAnswer } from '../script/step.ts';
import { anthropicMessages } from '../wires/anthropic-messages/wire.ts';
import { geminiGenerate } from '../wires/gemini-generate/wire.ts';
import { openaiChat } from '../wires/openai-chat/wire.ts';
import { openaiResponses } from '../wires/openai-responses/wire.ts';
import type { Wire } from '../wires/wire.ts';
import type {
  BatchItem,
  BatchReply,
  BatchResult,
  BatchRoute,
  BatchVendor,
  ReceivedBatchRequest,
  ServerBatch,
  ServerFile,
} from './contract.ts';

/** Options that determine the results of requests and the states of batches. */
export interface BatchScript {
  /** Clock of the server. Batches expire after 24 hours on this clock. `@default` the system clock */
  readonly clock: Clock;
  /** Function that returns the result of a request. `@default` the answer `answer to <text>` */
  readonly answer: (item: BatchItem) => BatchResult;
  /** Number of status requests that report a batch as running before the batch ends. `@default 0` */
  readonly looks: number;
  /** Number of requests that have an answer if the batch expires or is cancelled. `@default 0` */
  readonly completed: number;
  /** Maximum number of objects in a page of a list. `@default 100` */
  readonly pageSize: number;
  /** Names of members that responses omit. `@default []` */
  readonly omit: readonly string[];
  /** Function that returns the error of a new batch, or `undefined` if the batch does not fail. `@default` no batch fails */
  readonly reject: (batch: ServerBatch) => { readonly code: string; readonly message: string } | undefined;
  /** Lines that the results contain additionally, such as results of other batches. `@default []` */
  readonly extraLines: readonly string[];
}

/** Result of one request: the HTTP response that a live call would receive, or the reason for the missing response. */
export type ItemReply =
  | { readonly status: number; readonly body: unknown }
  | { readonly result: 'expired' | 'cancelled' | 'missing' | 'not-json' };

/** Line of a results file. `reply` is the result in the line; `undefined` if the line is from `extraLines`. */
export interface ResultLine {
  readonly reply: ItemReply | undefined;
  readonly text: string;
}

/** Batch as the server changes it. */
export type OpenBatch = { -readonly [Key in keyof ServerBatch]: ServerBatch[Key] } & {
  looks: number;
  replies: readonly (readonly [BatchItem, ItemReply])[];
  failure: { readonly code: string; readonly message: string } | undefined;
  /** Id of the input file. */
  readonly input: string | undefined;
  /** Ids of the results files; `undefined` until the files exist. */
  resultFiles: readonly (string | undefined)[] | undefined;
};

const DAY_MS = 86_400_000;

/** Files and batches of the server. */
export class BatchState {
  readonly files: Map<string, ServerFile> = new Map();
  readonly batches: OpenBatch[] = [];
  readonly script: BatchScript;
  private lastId = 0;

  constructor(script: BatchScript) {
    this.script = script;
  }

  addFile(prefix: string, name: string, text: string): ServerFile {
    const file = { id: `${prefix}${++this.lastId}`, name, text };
    this.files.set(file.id, file);
    return file;
  }

  create(
    request: ReceivedBatchRequest,
    prefix: string,
    items: readonly BatchItem[],
    input?: string,
  ): OpenBatch {
    const batch: OpenBatch = {
      ref: `${prefix}${++this.lastId}`,
      vendor: request.vendor,
      headers: request.headers,
      body: request.vendor === 'anthropic' ? undefined : request.body,
      items,
      createdAt: this.script.clock.now(),
      state: 'running',
      looks: 0,
      replies: [],
      failure: undefined,
      input,
      resultFiles: undefined,
    };
    batch.failure = this.script.reject(batch);
    if (batch.failure !== undefined) batch.state = 'failed';
    this.batches.unshift(batch);
    return batch;
  }

  batchesOf(vendor: BatchVendor): readonly OpenBatch[] {
    return this.batches.filter((batch) => batch.vendor === vendor);
  }

  /** Returns an endpoint for one batch, whose id is the first parameter. `missing`: response for an unknown id. */
  onBatch(
    missing: BatchReply,
    run: (batch: OpenBatch, request: ReceivedBatchRequest) => BatchReply,
  ): BatchRoute['run'] {
    return (request) => {
      const batch = this.batchesOf(request.vendor).find(({ ref }) => ref === request.params[0]);
      return batch === undefined ? missing : run(batch, request);
    };
  }

  /** Returns an endpoint that sends the text of a file, whose id is the first parameter. */
  fileContent(missing: BatchReply): BatchRoute['run'] {
    return ({ params: [id = ''] }) => {
      const file = this.files.get(id);
      if (file === undefined) return missing;
      return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: file.text };
    };
  }

  /** Adds a file with lines of results. Returns its id, or `undefined` without lines. */
  addResults(prefix: string, lines: readonly ResultLine[]): string | undefined {
    const text = lines.map((line) => `${line.text}\n`).join('');
    return lines.length === 0 ? undefined : this.addFile(prefix, '', text).id;
  }

  /** Processes a status request. Ends a batch that is being cancelled, is 24 hours old, or had `looks` status requests before. */
  look(batch: OpenBatch): OpenBatch {
    const { clock, looks } = this.script;
    if (batch.state === 'cancelling') this.finish(batch, 'cancelled');
    if (batch.state !== 'running') return batch;
    if (clock.now() >= batch.createdAt + DAY_MS) this.finish(batch, 'expired');
    else if (batch.looks++ >= looks) this.finish(batch, 'ended');
    return batch;
  }

  /** Ends a batch and creates the results of its requests, in the reverse order of the input. */
  finish(batch: OpenBatch, state: 'ended' | 'expired' | 'cancelled'): void {
    batch.state = state;
    const { completed } = this.script;
    const replies = batch.items.flatMap((item, at): [BatchItem, ItemReply][] => {
      if (state !== 'ended' && at >= completed) return [[item, { result: state }]];
      const result = this.script.answer(item);
      const isTwice = isSpecial(result) && result.result === 'twice';
      const reply = replyTo(item, isTwice ? `answer to ${item.text}` : result);
      const line: [BatchItem, ItemReply] = [item, reply];
      return isTwice ? [line, line] : [line];
    });
    batch.replies = replies.reverse();
  }

  /** Returns the lines of a batch's results, or none if all are `missing`. `lineOf` returns the line of one result. */
  lines(batch: OpenBatch, lineOf: (id: string, reply: ItemReply) => object): readonly ResultLine[] {
    const lines = batch.replies.flatMap(([{ id = '' }, reply]): ResultLine[] => {
      if (!('result' in reply)) return [{ reply, text: JSON.stringify(lineOf(id, reply)) }];
      if (reply.result === 'missing') return [];
      const isBroken = reply.result === 'not-json';
      return [{ reply, text: isBroken ? `{"custom_id":"${id}` : JSON.stringify(lineOf(id, reply)) }];
    });
    const isEmpty = lines.length === 0;
    return isEmpty ? [] : [...this.script.extraLines.map((text) => ({ reply: undefined, text })), ...lines];
  }

  /** Returns a JSON response without the members that the script omits. */
  json(body: unknown, status = 200): BatchReply {
    const { omit } = this.script;
    const text = JSON.stringify(body, (name, value: unknown) => (omit.includes(name) ? undefined : value));
    return { status, headers: { 'content-type': 'application/json' }, body: text };
  }
}

/** Whether the server does not process a batch any more. */
export const isOver = ({ state }: ServerBatch): boolean => state !== 'running' && state !== 'cancelling';

/** Returns the numbers of requests by their results. A request whose line is missing or invalid counts as expired. */
export function countsOf({
  replies,
}: OpenBatch): Readonly<Record<'completed' | 'failed' | 'cancelled' | 'expired', number>> {
  const counts = { completed: 0, failed: 0, cancelled: 0, expired: 0 };
  for (const [, reply] of replies) {
    if ('status' in reply) counts[reply.status < 400 ? 'completed' : 'failed']++;
    else counts[reply.result === 'cancelled' ? 'cancelled' : 'expired']++;
  }
  return counts;
}

const isSpecial = (result: BatchResult): result is Extract<BatchResult, { readonly result: string }> =>
  isRecord(result) && 'result' in result;

/** Returns the result of a request. For a chat that the vendor would reject, the result is a response with status 400. */
export function replyTo(item: BatchItem, result: BatchResult): ItemReply {
  // `finish` handles `twice`. A live call, which can have only one answer, receives its own text.
  if (isSpecial(result))
    return result.result === 'twice' ? replyTo(item, item.text) : { result: result.result };
  const wire = wireOf(item);
  const [violation] = wire.validate(item.body, { model: item.model });
  const embedding = embeddingOf(item);
  if (embedding === undefined && violation !== undefined)
    return parsed(wire.failure({ failure: 'invalid', message: `${violation.path}: ${violation.message}` }));
  if (typeof result === 'object' && isFailure(result)) return parsed(wire.failure(result));
  if (embedding !== undefined) {
    const { endpoint, request } = embedding;
    // Without an answer of the script, a vector contains the length of its value, so that a test can distinguish vectors.
    const vectors = request.values.map((value) => [value.length, 1]);
    const answer = typeof result === 'object' && isOperationAnswer(result) ? result : { vectors };
    const [bytes] = endpoint.answer(answer, request).pieces;
    return { status: 200, body: tryParseJson(new TextDecoder().decode(bytes)) };
  }
  if (typeof result === 'object' && isOperationAnswer(result))
    throw new Error('startBatchServer: `answer` must return a chat answer for a chat request');
  return parsed(wire.complete(result, wire.read(pathOf(item), item.body)));
}

const parsed = ({ status, body }: { readonly status: number; readonly body: string }): ItemReply => ({
  status,
  body: tryParseJson(body),
});

/** Returns a path from which the wire of Gemini reads the model. The other wires ignore the path. */
const pathOf = ({ vendor, model }: BatchItem): string =>
  vendor === 'google' ? `/v1beta/models/${model}:generateContent` : '/v1/chat/completions';

function wireOf({ vendor, body }: Pick<BatchItem, 'vendor' | 'body'>): Wire {
  if (vendor === 'anthropic') return anthropicMessages;
  if (vendor === 'google') return geminiGenerate;
  const { input, messages } = asRecord(body);
  return input !== undefined && messages === undefined ? openaiResponses : openaiChat;
}

function embeddingOf({ vendor, body }: Pick<BatchItem, 'vendor' | 'body'>) {
  const { input, encoding_format: encoding } = asRecord(body);
  const isText =
    typeof input === 'string' || (Array.isArray(input) && input.every((value) => typeof value === 'string'));
  if (vendor === 'anthropic' || vendor === 'google' || !isText) return undefined;
  // A request of the Responses API may have a string as its input, too. The SDK always sends the encoding of embeddings.
  if (typeof input === 'string' && encoding === undefined) return undefined;
  const endpoint = openaiChat.operations?.find(({ operation }) => operation === 'embedding');
  return endpoint && { endpoint, request: endpoint.read('/v1/embeddings', body) };
}

/** Creates a `BatchItem` from a request body. */
export function itemOf(
  vendor: BatchVendor,
  id: string | undefined,
  body: unknown,
  model?: string,
): BatchItem {
  const complete = model === undefined || vendor === 'google' ? body : { model, ...asRecord(body) };
  const item = {
    id,
    vendor,
    model: model ?? asText(asRecord(body)['model']) ?? '',
    text: '',
    body: complete,
  };
  const embedding = embeddingOf(item);
  if (embedding !== undefined) return { ...item, text: embedding.request.values.join('\n') };
  return { ...item, text: textOf(wireOf(item).read(pathOf(item), complete).messages.at(-1)) };
}

/** Returns all text in a message of any wire. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(textOf).join('');
  const { text, content, parts } = asRecord(value);
  return textOf(text ?? content ?? parts ?? '');
}
