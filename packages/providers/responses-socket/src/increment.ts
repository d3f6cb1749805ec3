import { asList, asRecord, hash128, isList, isRecord, tryParseJson } from '@majordomo/core/toolkit';

type Body = Readonly<Record<string, unknown>>;

/** Conversation that a server holds for one socket: the input of its last response, and the output items of this response. */
export interface ServerState {
  /** Id of the last response. */
  readonly responseId: string;
  /** Hash of all compared members of the request except `input`. */
  readonly settings: string;
  /** Hashes of the input items. */
  readonly input: readonly string[];
  /** Hashes of the meanings of the output items. */
  readonly output: readonly string[];
}

/** Members that may differ between two requests of one conversation. Each request sends its own values. */
const UNCOMPARED = new Set([
  'input',
  'max_output_tokens',
  'metadata',
  'prompt_cache_key',
  'prompt_cache_options',
  'safety_identifier',
  'tool_choice',
]);

/** Member of an item that moves from turn to turn, and does not change the meaning. */
const BREAKPOINT = 'prompt_cache_breakpoint';

/** Hashes of a request, computed once. */
export interface HashedRequest {
  readonly settings: string;
  readonly items: readonly string[];
}

/** Returns the hashes of a request. A request with a text as input has no items, and never continues a state. */
export function hashRequest(body: Body): HashedRequest {
  const compared = Object.entries(body).filter(([name]) => !UNCOMPARED.has(name));
  return {
    settings: hash128(canonical(Object.fromEntries(compared))),
    items: asList(body['input']).map((item) => hash128(canonical(item))),
  };
}

/**
 * Returns the new items of a request that continues the state: all settings are equal, and the input consists of the previous input,
 * an echo of each output item, and at least one more item. Returns `undefined` if the server needs the complete input.
 */
export function newItems(
  state: ServerState,
  { settings, items }: HashedRequest,
  body: Body,
): readonly unknown[] | undefined {
  const { input } = body;
  // A conversation of the API and a previous response exclude each other.
  if (!isList(input) || Object.hasOwn(body, 'conversation')) return undefined;
  const known = state.input.length + state.output.length;
  if (settings !== state.settings || items.length <= known) return undefined;
  if (state.input.some((hash, at) => hash !== items[at])) return undefined;
  const echoes = input.slice(state.input.length, known);
  if (state.output.some((meaning, at) => meaning === '' || meaning !== meaningOf(echoes[at])))
    return undefined;
  return input.slice(known);
}

/** Returns the state after a completed response. Returns `undefined` for a response without an id. */
export function stateAfter({ settings, items }: HashedRequest, response: unknown): ServerState | undefined {
  const { id, output } = asRecord(response);
  if (typeof id !== 'string') return undefined;
  return { responseId: id, settings, input: items, output: asList(output).map(meaningOf) };
}

/**
 * Returns the hash of what an output item means. Transcripts do not store items verbatim, so a message is its role and texts, a call
 * is its id, name and arguments, and reasoning is its encrypted content. Another item is its id.
 */
function meaningOf(item: unknown): string {
  const value = asRecord(item);
  const { type, role, content, call_id: callId, name, id } = value;
  if (type === 'message' || (type === undefined && role !== undefined))
    return hash128(canonical(['message', role, textsOf(content)]));
  if (type === 'function_call')
    return hash128(canonical([type, callId, name, argumentsOf(value['arguments'])]));
  if (type === 'custom_tool_call') return hash128(canonical([type, callId, name, value['input']]));
  if (type === 'reasoning' && typeof value['encrypted_content'] === 'string')
    return hash128(canonical([type, value['encrypted_content']]));
  // An item without an id has no echo.
  return typeof id === 'string' ? hash128(canonical([type, id])) : '';
}

const textsOf = (content: unknown): unknown =>
  typeof content === 'string'
    ? content
    : asList(content)
        .map((part) => asRecord(part)['text'] ?? asRecord(part)['refusal'] ?? part)
        .map((text) => (typeof text === 'string' ? text : canonical(text)))
        .join('');

/** Returns the arguments as a JSON value, because white space and the order of members have no meaning. */
const argumentsOf = (text: unknown): unknown =>
  typeof text === 'string' ? (tryParseJson(text) ?? text) : text;

/** Returns JSON with sorted members, without the marks of cached prefixes. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) => {
    if (!isRecord(member)) return member;
    const names = Object.keys(member)
      .filter((name) => name !== BREAKPOINT)
      .sort();
    return Object.fromEntries(names.map((name) => [name, member[name]]));
  });
}
