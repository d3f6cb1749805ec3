import type { Citation, JsonObject, JsonValue } from '@majordomo/core';
import { asText, isRecord, tryParseJson } from '@majordomo/core/toolkit';
import { jsonText } from '@majordomo/wire-kit';
import { citationsOf } from '../reading/citations.ts';
import { keptMembers } from './kept-members.ts';
import type { ItemContent, OutputItem } from './wire.ts';

/** Returns the text of a message, including the text of a refusal. */
export function contentText({ content }: OutputItem): string {
  let text = '';
  for (const part of content ?? []) text += stringOf(part?.text) + stringOf(part?.refusal);
  return text;
}

/** Whether the message contains a refusal. */
export const isRefusal = ({ content }: OutputItem): boolean =>
  (content ?? []).some((part) => stringOf(part?.refusal) !== '');

/** Whether the message consists only of a refusal. */
export const onlyRefuses = (item: OutputItem): boolean =>
  isRefusal(item) && (item.content ?? []).every((part) => stringOf(part?.text) === '');

/** Returns the citations, with positions in the complete text of the item. */
export function itemCitations({ content }: OutputItem): readonly Citation[] {
  let offset = 0;
  return (content ?? []).flatMap((part) => {
    const before = offset;
    offset += (stringOf(part?.text) + stringOf(part?.refusal)).length;
    return citationsOf(part?.annotations, before);
  });
}

/** Returns the types of content that are neither text nor a refusal. */
export const otherContent = ({ content }: OutputItem): readonly string[] =>
  (content ?? []).flatMap((part) => {
    const type = stringOf(part?.type);
    return type === '' || TEXT_TYPES.has(type) ? [] : [type];
  });

const TEXT_TYPES: ReadonlySet<string> = new Set(['output_text', 'text', 'refusal', 'summary_text']);

/** Returns the text of reasoning: the summary, followed by the content. */
export const reasoningText = ({ summary, content }: OutputItem): string =>
  joinTexts(summary) + joinTexts(content);

function joinTexts(parts: readonly (ItemContent | null)[] | null | undefined): string {
  let text = '';
  for (const part of parts ?? []) text += stringOf(part?.text);
  return text;
}

/** Properties of a reasoning item that the server requires in later requests. */
const REPLAYED: readonly string[] = ['id', 'summary', 'content', 'encrypted_content', 'format', 'signature'];

/** Returns the replay data of a reasoning item; `undefined` if the item has neither encrypted content nor text. */
export function reasoningToken(item: OutputItem): JsonObject | undefined {
  const members = Object.entries(item).filter(
    ([name, value]) =>
      REPLAYED.includes(name) && value !== null && value !== undefined && !isEmptyContent(name, value),
  );
  const token: JsonObject = { ...Object.fromEntries(members), ...keptMembers(item) };
  return typeof item.encrypted_content === 'string' || reasoningText(item) !== '' ? token : undefined;
}

/** Whether a property is omitted from replay data. Some servers send an empty `content` and reject it in later requests. */
const isEmptyContent = (name: string, value: unknown): boolean =>
  name === 'content' && Array.isArray(value) && value.length === 0;

/**
 * Returns the replay data of an item: its id, the phase of a message, the namespace and caller of a call (API of 2026), `custom` for
 * a call of a custom tool, and the members that no type names.
 */
export function itemToken(item: OutputItem): JsonObject | undefined {
  const { id, phase, namespace, caller } = item;
  const token: Record<string, JsonValue> = { ...keptMembers(item) };
  if (typeof id === 'string' && id !== '') token['id'] = id;
  if (typeof phase === 'string') token['phase'] = phase;
  if (typeof namespace === 'string') token['namespace'] = namespace;
  if (isProgram(caller)) token['caller'] = caller;
  if (item.type === 'custom_tool_call') token['custom'] = true;
  return Object.keys(token).length === 0 ? undefined : token;
}

/**
 * Returns the arguments of a call, or the input of a custom tool, as a string. Returns `''` for a missing value, JSON for an
 * object, and `undefined` for any other type.
 */
export function callArguments(item: OutputItem): string | undefined {
  const value = item.arguments ?? item.input;
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? jsonText(value) : undefined;
}

/**
 * Returns the arguments of a call of a custom tool, whose input is a text. `property` receives the text. Without a property, an input
 * that is a JSON object remains the arguments, because some servers send JSON, and `input` receives any other text.
 */
export function customArguments(item: OutputItem, property: string | undefined): string | undefined {
  const text = callArguments(item);
  if (text === undefined || text === '') return text;
  const isJson = property === undefined && isRecord(tryParseJson(text));
  return isJson ? text : JSON.stringify({ [property ?? 'input']: text });
}

/**
 * Whether the item is incomplete. An item without a status is complete. The status of a call that a program made at the vendor is
 * ignored, because it is `in_progress` until the result arrives (recorded 2026-07).
 */
export const isUnfinished = ({ status, caller }: OutputItem): boolean =>
  (status === 'queued' || status === 'in_progress' || status === 'incomplete') && !isProgram(caller);

/** Whether the caller of a tool is a program at the vendor. The caller of type `direct` is the model. */
const isProgram = (caller: unknown): caller is JsonObject => isRecord(caller) && caller['type'] !== 'direct';

/** Returns the id of the program that made a call; `undefined` if the model made it. */
export const programIdOf = ({ caller }: OutputItem): string | undefined =>
  isProgram(caller) ? asText(caller['caller_id']) : undefined;

/** Returns a string unchanged, and `''` for any other value. */
export const stringOf = (value: unknown): string => (typeof value === 'string' ? value : '');
