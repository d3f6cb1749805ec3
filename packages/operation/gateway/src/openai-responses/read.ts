import type { ChatRequest, Effort, JsonObject } from '@majordomo/core';
import { definedMembers, EFFORTS } from '@majordomo/core/toolkit';
import { Refusal } from '../errors/refusal.ts';
import type { Media } from '../parsing/media.ts';
import {
  cacheOf,
  endUserOf,
  formatSchema,
  metadataOf,
  noteStreamOptions,
  tierOf,
  verbosity,
} from '../parsing/openai.ts';
import { NO_EQUIVALENT, Notes } from '../parsing/notes.ts';
import {
  array,
  boolean,
  nonEmptyString,
  number,
  oneOf,
  object,
  string,
  integer,
  invalid,
  type Fields,
} from '../parsing/fields.ts';
import { inOrder } from '../response/in-order.ts';
import { nowInSeconds } from '../response/seconds.ts';
import type { ParsedRequest } from '../wire.ts';
import { itemsOf, isUnfinished } from '../response-store.ts';
import { newBackground } from './background-request.ts';
import { type Echo, completeResponse } from './response.ts';
import { responsesInput } from './items.ts';
import type { BeginMcp } from './mcp/request.ts';
import { ResponseIds } from './response-ids.ts';
import { shortened, type ResponseState, type StoredItems } from './stored-items.ts';
import { ResponsesWriter } from './stream.ts';
import { KnownTools } from './known-tools.ts';
import { responsesTools } from './tools.ts';

/** Value of `include` that has no effect, because the gateway always sends the encrypted reasoning of the target. */
const ENCRYPTED_REASONING = 'reasoning.encrypted_content';

/** Members of a request that refer to state which the gateway never stores. */
const STATE: readonly string[] = ['conversation', 'prompt'];

/** Path and code of a refusal after which clients send the complete input. */
const NOT_FOUND = { path: 'previous_response_id', code: 'previous_response_not_found' };
const NO_PREVIOUS =
  'previous_response_id is not supported, because this gateway stores no responses; send the complete input, or set `responses` of createGateway';

/**
 * Parses a Responses request. `state`: stored state that the request may use. `undefined` if the gateway stores no responses.
 * `beginMcp`: begins the parse of tools of MCP servers. `undefined` if the gateway has none.
 */
export function parseResponses(
  value: unknown,
  media: Media,
  state?: ResponseState,
  beginMcp?: BeginMcp,
): ParsedRequest {
  const body = object(value, '');
  const notes = new Notes();
  const isBackground = inBackground(body, state);
  const isStored = storing(body, state, notes);
  noteSettings(body, notes);
  const context = { known: new KnownTools(), notes, stored: state?.items };
  const { known } = context;
  const mcp = beginMcp?.(context);
  // The tools come before the items, whose calls name them.
  const tools = responsesTools(body, known, notes, mcp);
  const model = body.required('model', nonEmptyString);
  const isStreamed = body.optional('stream', boolean) ?? false;
  const earlier = earlierItems(body, state);
  const { messages: sent } = responsesInput(body, earlier.items, media, { ...context, mcp });
  const { messages, output } = mcp?.end(body, sent) ?? { messages: sent, output: undefined };
  const echo: Echo = {
    model,
    body: body.value,
    known,
    isStored,
    createdAt: nowInSeconds(),
    now: nowInSeconds,
    mcp: output,
  };
  const save = state !== undefined && isStored ? state.save : undefined;
  const stored = { ancestors: earlier.ids, input: body.value['input'] };
  const metadata = metadataOf(body);
  const newWriter = (): ResponsesWriter => output?.createWriter(echo) ?? new ResponsesWriter(echo);
  // Writer of the latest attempt. `beforeFinish` stores the response that it has written.
  let writer = newWriter();
  const parsed: ParsedRequest = {
    model,
    isStreamed,
    request: {
      messages,
      ...tools,
      ...settings(body, notes),
    },
    metadata,
    notes: notes.all,
    background: isBackground ? newBackground(echo, stored) : undefined,
    withTools: output && ((answering) => output.withTools(answering, metadata)),
    async complete(response) {
      const ids = new ResponseIds();
      const completed = completeResponse(response, echo, ids);
      return (await save?.(completed, ids, stored)) ?? completed;
    },
    createWriter() {
      writer = newWriter();
      return inOrder(writer);
    },
    async beforeFinish(finish) {
      const response = await save?.(writer.response(finish), writer.ids, stored);
      // `save` returns a response with `store: false` if the store has failed.
      if (response?.['store'] === false) writer.setNotStored();
    },
  };
  // Comes last, because `body` records which members were parsed.
  notes.unparsedInBody(body);
  return parsed;
}

/** Returns the conversation that the request continues. */
function earlierItems(
  body: Fields,
  state: ResponseState | undefined,
): ReturnType<StoredItems['conversation']> {
  const id = state && body.optional('previous_response_id', nonEmptyString);
  if (state === undefined || id === undefined) return { items: [], ids: [] };
  return state.items.conversation(
    id,
    () => previousNotFound(id),
    (stored) => {
      if (!isUnfinished(stored)) return itemsOf(stored);
      const { status } = stored.response;
      invalid('previous_response_id', `is the id of a response that is ${String(status)}; wait for its end`);
    },
  );
}

/** Returns the refusal of an unknown `previous_response_id`. */
const previousNotFound = (id: string): Refusal =>
  new Refusal('invalid-request', `Previous response with id '${shortened(id)}' not found.`, NOT_FOUND);

/** Returns whether to make the response in the background. */
function inBackground(body: Fields, state: ResponseState | undefined): boolean {
  if (body.optional('background', boolean) !== true) return false;
  if (state?.hasBackground !== true)
    invalid('background', 'is not supported; wait for the response, or stream it');
  if (body.optional('store', boolean) === false)
    invalid('store', 'must not be false for a background response, which is read by its id');
  return true;
}

/** Returns whether to store the response. Refuses parameters that require state which the gateway does not store. */
function storing(body: Fields, state: ResponseState | undefined, notes: Notes): boolean {
  for (const key of STATE) {
    if (body.isSet(key)) invalid(key, 'is not supported; send the complete input');
  }
  const store = body.optional('store', boolean);
  if (state !== undefined) return store ?? true;
  if (body.isSet('previous_response_id')) throw new Refusal('invalid-request', NO_PREVIOUS, NOT_FOUND);
  if (store === true) notes.dropped('store', 'this gateway stores no responses');
  return false;
}

/** Adds a warning about each setting that has no effect. */
function noteSettings(body: Fields, notes: Notes): void {
  noteStreamOptions(body, notes);
  notes.unparsedInObject(body.optional('text', object), 'format', 'verbosity');
  notes.unparsedInObject(body.optional('reasoning', object), 'effort', 'summary');
  for (const name of body.optional('include', array(string)) ?? []) {
    if (name !== ENCRYPTED_REASONING) notes.dropped(`include ${name}`, NO_EQUIVALENT);
  }
}

function settings(body: Fields, notes: Notes): Partial<ChatRequest> {
  const reasoning = body.optional('reasoning', object);
  return definedMembers({
    maxTokens: body.optional('max_output_tokens', integer(1)),
    temperature: body.optional('temperature', number(0, 2)),
    topP: body.optional('top_p', number(0, 1)),
    frequencyPenalty: body.optional('frequency_penalty', number(-2, 2)),
    presencePenalty: body.optional('presence_penalty', number(-2, 2)),
    reasoning: reasoning && reasoning.optional('effort', oneOf<Effort>(...EFFORTS)),
    reasoningSummary: reasoning && reasoning.optional('summary', oneOf('auto', 'concise', 'detailed')),
    verbosity: body.optional('text', object)?.optional('verbosity', verbosity),
    endUser: endUserOf(body, notes),
    serviceTier: tierOf(body, notes),
    output: formOf(body, notes),
    cache: cacheOf(body, notes),
  });
}

function formOf(body: Fields, notes: Notes): JsonObject | 'json' | undefined {
  const config = body.optional('text', object);
  const format = config && config.optional('format', object);
  if (format === undefined) return undefined;
  const type = format.required('type', oneOf('text', 'json_object', 'json_schema'));
  if (type === 'json_schema') return formatSchema(format, notes);
  notes.unparsedInObject(format);
  return type === 'json_object' ? 'json' : undefined;
}
