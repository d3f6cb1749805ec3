import type { TurnMessage } from '@majordomo/core';
import { fnv1a, hasBytes, isList, isRecord, hasSameValues, messageValues } from '@majordomo/core/toolkit';

/** What a wire accepts as a tool call's id. */
export interface ToolIdRule {
  readonly maxLength: number;
  /** Matches a whole id. */
  readonly pattern: RegExp;
}

/**
 * The function from the transcript's call ids to ids that a wire accepts. Ids that fit are kept; the others get a
 * name derived from the id alone, so that every turn, process and replay gives the same one; a clash is numbered.
 */
export function toolIdMapper(messages: readonly TurnMessage[], rule: ToolIdRule): (id: string) => string {
  const fits = (id: string): boolean => id.length <= rule.maxLength && rule.pattern.test(id);
  if (everyCallId(messages, fits)) return unchangedId;
  const given = new Map<string, string>();
  const taken = new Set<string>();
  const ids = messages.flatMap((message) => (message.role === 'assistant' ? callIds(message) : []));
  for (const id of ids) if (fits(id)) taken.add(id);
  for (const id of ids) {
    if (fits(id) || given.has(id)) continue;
    let name = deriveId(id, rule.maxLength, 0);
    for (let round = 1; taken.has(name); round++) name = deriveId(id, rule.maxLength, round);
    taken.add(name);
    given.set(id, name);
  }
  return (id) => given.get(id) ?? id;
}

/** For wires that take any id, and histories whose every id fits. */
export const unchangedId = (id: string): string => id;

/** Asked of the whole history at every call: it makes nothing. */
function everyCallId(messages: readonly TurnMessage[], fits: (id: string) => boolean): boolean {
  for (const message of messages) {
    if (message.role !== 'assistant') continue;
    for (const part of message.parts) if (part.type === 'tool-call' && !fits(part.id)) return false;
  }
  return true;
}

const callIds = (message: Extract<TurnMessage, { role: 'assistant' }>): string[] =>
  message.parts.flatMap((part) => (part.type === 'tool-call' ? [part.id] : []));

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';

/** Letters and digits only, at most 24: what every known wire takes; 9 where the rule is 9. */
function deriveId(id: string, maxLength: number, round: number): string {
  let name = '';
  for (let seed = 0; name.length < Math.min(maxLength, 24); seed++)
    name += hashBlock(`${round}:${seed}:${id}`);
  return name.slice(0, Math.min(maxLength, 24));
}

/** Six base-36 digits. */
function hashBlock(text: string): string {
  let digits = '';
  for (let rest = fnv1a(text), i = 0; i < 6; i++, rest = Math.floor(rest / 36))
    digits += ALPHABET.charAt(rest % 36);
  return digits;
}

/** What one message became. */
interface CachedForm<Wire> {
  readonly wire: readonly Wire[];
  /** What the message held then. */
  readonly values: readonly unknown[];
  /** Its calls' ids, each with what it was called. */
  readonly calls: readonly (readonly [id: string, name: string])[];
  readonly hasOriginalIds: boolean;
}

type EntriesByMessage<Wire> = WeakMap<TurnMessage, CachedForm<Wire>>;

/**
 * What a wire makes of messages, by their identity: a transcript is sent again and again, and a message that was sent
 * does not change. Only for converters to which nothing counts but the message, `owner`, `settings` and the names of
 * its calls. Messages with images or files are not kept: their base64 would be held as long as they are.
 */
export class WireMessageCache<Wire extends object> {
  private readonly byOwner = new WeakMap<object, Map<string, EntriesByMessage<Wire>>>();

  /** `owner`: what lives as long as the model and tells it from others; `settings`: few, of a request. */
  forRequest(owner: object, settings: string, nameOf: (id: string) => string): RequestMessageCache<Wire> {
    let bySettings = this.byOwner.get(owner);
    if (bySettings === undefined)
      this.byOwner.set(owner, (bySettings = new Map<string, EntriesByMessage<Wire>>()));
    let forms = bySettings.get(settings);
    if (forms === undefined) bySettings.set(settings, (forms = new WeakMap<TurnMessage, CachedForm<Wire>>()));
    return new RequestMessageCache(forms, nameOf);
  }
}

/** The forms under one request's settings. */
export class RequestMessageCache<Wire extends object> {
  private readonly entries: EntriesByMessage<Wire>;
  private readonly nameOf: (id: string) => string;

  constructor(forms: EntriesByMessage<Wire>, nameOf: (id: string) => string) {
    this.entries = forms;
    this.nameOf = nameOf;
  }

  /** What the message became before, if it becomes the same now. Nobody may change it. */
  get(message: TurnMessage): readonly Wire[] | undefined {
    const form = this.entries.get(message);
    if (form === undefined || !hasSameValues(message, form.values)) return undefined;
    // The one comparison for a whole history that needs no other names.
    if (this.nameOf === unchangedId) return form.hasOriginalIds ? form.wire : undefined;
    return form.calls.every(([id, name]) => this.nameOf(id) === name) ? form.wire : undefined;
  }

  /** From here on nobody may change `wire`; its JSON is made once. */
  set(message: TurnMessage, wire: readonly Wire[]): void {
    if (hasBytes(message)) return;
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
  return message.parts.flatMap((part) => (part.type === 'tool-call' ? [part.id] : []));
}

/** JSON by the identity of what it says; empty until it is asked for. */
const cachedJson = new WeakMap<object, string>();

/**
 * Says of an object that nobody changes it from here on: its JSON is made once, and lives as long as the object. An
 * agent sends its whole transcript at every step, and all of it but the last two messages was sent before.
 */
export function cacheJson<T extends object>(value: T): T {
  cachedJson.set(value, '');
  return value;
}

/**
 * A list as JSON; what `cacheJson` was told of is serialised only the first time. Put together by `+`: the engine links
 * the pieces and copies them once, when the text is sent, where `join` copies a transcript a second time.
 */
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

/** In a list, what JSON has no word for is null. */
function stringify(value: unknown): string {
  const text: unknown = JSON.stringify(value);
  return typeof text === 'string' ? wellFormedJson(text) : 'null';
}

/**
 * JSON text whose lone surrogates are U+FFFD: one of them makes strict parsers refuse the whole body. `JSON.stringify`
 * escapes a surrogate only where its other half is missing, and `\\ud800` is text that spells such an escape.
 */
export const wellFormedJson = (json: string): string =>
  json.includes('\\ud')
    ? json.replace(/\\\\|\\ud[89a-f][0-9a-f]{2}/g, (found) => (found === '\\\\' ? found : '\\ufffd'))
    : json;

/**
 * The same value with U+FFFD for each half of a surrogate pair in its texts: for wires whose JSON is made elsewhere, see
 * `wellFormed`. What has none is given back as it is, bytes always.
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
