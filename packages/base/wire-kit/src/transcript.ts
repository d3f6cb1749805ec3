import type { AssistantPart, CallPart, ModelRequest, Part, TurnMessage } from '@majordomo/core';
import { fnv1a, hasContents, hasSameValues, isList, isRecord, messageValues } from '@majordomo/core/toolkit';

/** Requirements of a vendor for the ids of tool calls. */
export interface ToolIdRule {
  /** Maximum length of an id, in characters. */
  readonly maxLength: number;
  /** Pattern of a complete id. */
  readonly pattern: RegExp;
}

/**
 * Returns a function that maps the transcript's call ids to ids that a vendor accepts. Valid ids stay unchanged. An invalid id is
 * replaced with an id derived from it, so that every turn, process and replay produces the same replacement.
 */
export function toolIdMapper(messages: readonly TurnMessage[], rule: ToolIdRule): (id: string) => string {
  const fits = (id: string): boolean => id.length <= rule.maxLength && rule.pattern.test(id);
  if (everyCallId(messages, fits)) return unchangedId;
  const mapped = new Map<string, string>();
  const taken = new Set<string>();
  const ids = messages.flatMap((message) => (message.role === 'assistant' ? callIds(message) : []));
  for (const id of ids) if (fits(id)) taken.add(id);
  for (const id of ids) {
    if (fits(id) || mapped.has(id)) continue;
    let name = deriveId(id, rule.maxLength, 0);
    for (let round = 1; taken.has(name); round++) name = deriveId(id, rule.maxLength, round);
    taken.add(name);
    mapped.set(id, name);
  }
  return (id) => mapped.get(id) ?? id;
}

/** Returns the id unchanged. Used if the vendor accepts any id, or if all ids of a transcript are valid. */
export const unchangedId = (id: string): string => id;

/** Whether all call ids are valid. Creates no objects, because every call checks its complete transcript. */
function everyCallId(messages: readonly TurnMessage[], fits: (id: string) => boolean): boolean {
  for (const message of messages) {
    if (message.role !== 'assistant') continue;
    for (const part of message.parts) if (isCall(part) && !fits(part.id)) return false;
  }
  return true;
}

/** Whether a part is a call that needs a result. */
export const isCall = (part: Part): part is CallPart =>
  part.type === 'tool-call' || part.type === 'vendor-call';

const callIds = (message: Extract<TurnMessage, { role: 'assistant' }>): string[] =>
  message.parts.flatMap((part) => (isCall(part) ? [part.id] : []));

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';

/** Maximum length of a derived id. Every known vendor accepts ids of 24 letters and digits. */
const MAX_DERIVED_LENGTH = 24;

/** Returns letters and digits that depend only on the id and the round. */
function deriveId(id: string, maxLength: number, round: number): string {
  const length = Math.min(maxLength, MAX_DERIVED_LENGTH);
  let name = '';
  for (let seed = 0; name.length < length; seed++) name += hashBlock(`${round}:${seed}:${id}`);
  return name.slice(0, length);
}

/** Returns six letters and digits, as many as a hash of 32 bits determines. */
function hashBlock(text: string): string {
  let digits = '';
  for (let rest = fnv1a(text), i = 0; i < 6; i++, rest = Math.floor(rest / 36))
    digits += ALPHABET.charAt(rest % 36);
  return digits;
}

/**
 * Returns the request with other parts in the messages of the model. `change` returns `undefined` for a part to remove. Returns the
 * same request if no part changes.
 */
export function withAssistantParts<Request extends Pick<ModelRequest, 'messages'>>(
  request: Request,
  change: (part: AssistantPart) => AssistantPart | undefined,
): Request {
  const messages = request.messages.map((message) => {
    if (message.role !== 'assistant') return message;
    const parts = message.parts.map(change).filter((part) => part !== undefined);
    const isSame =
      parts.length === message.parts.length && parts.every((part, at) => part === message.parts[at]);
    return isSame ? message : { ...message, parts };
  });
  const isSame = messages.every((message, at) => message === request.messages[at]);
  return isSame ? request : { ...request, messages };
}

/** Converted message, with the values that show whether the conversion is still valid. */
interface CachedForm<Wire> {
  readonly wire: readonly Wire[];
  /** Values of the message when it was converted, for detecting a change. */
  readonly values: readonly unknown[];
  /** Call ids in the message, each with its converted id. */
  readonly calls: readonly (readonly [id: string, name: string])[];
  readonly hasOriginalIds: boolean;
}

type EntriesByMessage<Wire> = WeakMap<TurnMessage, CachedForm<Wire>>;

/**
 * Cache of converted messages, by identity of the message. An agent sends its transcript at every step, so most messages were
 * already converted. A conversion may depend only on the message, `owner`, `settings` and the call ids. Messages with images,
 * files or audio are not cached, so that their base64 text does not stay in memory. Neither are the messages of a conversation
 * that was not sent before: a server that parses each request from JSON never sends the same objects again, and the entries of a
 * `WeakMap` are expensive to collect.
 */
export class WireMessageCache<Wire extends object> {
  private readonly byOwner = new WeakMap<object, Map<string, EntriesByMessage<Wire>>>();
  /** The last message of each earlier request. A request with one of them continues or repeats that conversation. */
  private readonly lastMessages = new WeakSet<TurnMessage>();

  /**
   * Returns the cache for a request with these messages. `owner` must live as long as the model, and `settings` must have few
   * possible values. `nameOf` returns the id that the vendor receives for a call, as `toolIdMapper` does.
   */
  forRequest(
    messages: readonly TurnMessage[],
    owner: object,
    settings: string,
    nameOf: (id: string) => string,
  ): RequestMessageCache<Wire> {
    let bySettings = this.byOwner.get(owner);
    if (bySettings === undefined) {
      bySettings = new Map<string, EntriesByMessage<Wire>>();
      this.byOwner.set(owner, bySettings);
    }
    let forms = bySettings.get(settings);
    if (forms === undefined) {
      forms = new WeakMap<TurnMessage, CachedForm<Wire>>();
      bySettings.set(settings, forms);
    }
    const isContinued = messages.findLast((message) => this.lastMessages.has(message)) !== undefined;
    const last = messages.at(-1);
    if (last !== undefined) this.lastMessages.add(last);
    return new RequestMessageCache(forms, nameOf, isContinued);
  }
}

/** Cache of converted messages for the settings of one request. */
export class RequestMessageCache<Wire extends object> {
  private readonly entries: EntriesByMessage<Wire>;
  private readonly nameOf: (id: string) => string;
  private readonly isContinued: boolean;

  /** `isContinued`: whether the conversation was sent before, so that its messages are worth storing. */
  constructor(forms: EntriesByMessage<Wire>, nameOf: (id: string) => string, isContinued: boolean) {
    this.entries = forms;
    this.nameOf = nameOf;
    this.isContinued = isContinued;
  }

  /** Returns the converted form of a message; `undefined` if no valid form is cached. The caller must not change the form. */
  get(message: TurnMessage): readonly Wire[] | undefined {
    const form = this.entries.get(message);
    if (form === undefined || !hasSameValues(message, form.values)) return undefined;
    // If all ids stay unchanged, one comparison is sufficient.
    if (this.nameOf === unchangedId) return form.hasOriginalIds ? form.wire : undefined;
    return form.calls.every(([id, name]) => this.nameOf(id) === name) ? form.wire : undefined;
  }

  /**
   * Stores the converted form of a message of a continued conversation. The caller must not change `wire` afterwards, because its
   * JSON is cached.
   */
  set(message: TurnMessage, wire: readonly Wire[]): void {
    if (!this.isContinued || hasContents(message)) return;
    const calls = messageCallIds(message).map((id) => [id, this.nameOf(id)] as const);
    const hasOriginalIds = calls.every(([id, name]) => id === name);
    this.entries.set(message, {
      wire: wire.map(cacheJson),
      values: messageValues(message),
      calls,
      hasOriginalIds,
    });
  }
}

function messageCallIds(message: TurnMessage): readonly string[] {
  if (message.role === 'tool') return message.parts.map(({ callId }) => callId);
  return message.role === 'assistant' ? callIds(message) : [];
}

/** JSON text of each marked object; empty until the object is first serialized. */
const cachedJson = new WeakMap<object, string>();

/**
 * Marks an object as immutable. `stringifyList` then caches its JSON for the lifetime of the object. An agent sends its complete
 * transcript at every step, of which usually only the last two messages are new.
 */
export function cacheJson<T extends object>(value: T): T {
  cachedJson.set(value, '');
  return value;
}

/** Returns a list as JSON. An object marked by `cacheJson` is serialized only once. */
export function stringifyList(list: readonly unknown[]): string {
  let text = '[';
  for (let at = 0; at < list.length; at++) {
    if (at > 0) text += ',';
    text += jsonOf(list[at]);
  }
  return text + ']';
}

function jsonOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return stringify(value);
  const known = cachedJson.get(value);
  if (known === undefined) return stringify(value);
  if (known !== '') return known;
  const text = stringify(value);
  cachedJson.set(value, text);
  return text;
}

/** Returns a value as JSON text, or `null` for a value without a JSON form, as `JSON.stringify` does in lists. */
function stringify(value: unknown): string {
  const text: unknown = JSON.stringify(value);
  return typeof text === 'string' ? wellFormedJson(text) : 'null';
}

/**
 * Returns JSON text with U+FFFD in place of escaped lone surrogates, which strict parsers reject. An escape that follows a
 * backslash (`\\ud800`) is ordinary text and stays unchanged.
 */
export const wellFormedJson = (json: string): string =>
  json.includes('\\ud')
    ? json.replace(/\\\\|\\ud[89a-f][0-9a-f]{2}/g, (found) => (found === '\\\\' ? found : '\\ufffd'))
    : json;

/**
 * Returns the value with U+FFFD in place of lone surrogates in its strings, for SDKs that serialize the body. Returns the same
 * object if no string contains one. Byte arrays stay unchanged.
 */
export function wellFormedStrings<T>(value: T): T {
  return replaceSurrogates(value) as T;
}

function replaceSurrogates(value: unknown): unknown {
  if (typeof value === 'string')
    return LONE_SURROGATE.test(value) ? value.replaceAll(LONE_SURROGATES, '\ufffd') : value;
  if (isList(value)) {
    const list = value.map(replaceSurrogates);
    return list.some((item, at) => item !== value[at]) ? list : value;
  }
  if (!isRecord(value) || ArrayBuffer.isView(value)) return value;
  const members = Object.entries(value).map(([name, member]) => [name, replaceSurrogates(member)] as const);
  return members.some(([name, member]) => member !== value[name]) ? Object.fromEntries(members) : value;
}

const LONE_SURROGATE = /\p{Surrogate}/u;
const LONE_SURROGATES = /\p{Surrogate}/gu;
