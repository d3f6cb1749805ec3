import type { Citation, JsonObject, JsonValue } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { jsonText } from '@majordomo/wire-kit';
import { citationsOf } from '../reading/citations.ts';
import type { ItemContent, OutputItem } from './wire.ts';

/** All text of a message, a refusal included: both are what the model says. */
export function contentText({ content }: OutputItem): string {
  let text = '';
  for (const part of content ?? []) text += stringOf(part?.text) + stringOf(part?.refusal);
  return text;
}

/** Does the message refuse, in whole or in part? */
export const isRefusal = ({ content }: OutputItem): boolean =>
  (content ?? []).some((part) => stringOf(part?.refusal) !== '');

/** Does it say nothing else? */
export const onlyRefuses = (item: OutputItem): boolean =>
  isRefusal(item) && (item.content ?? []).every((part) => stringOf(part?.text) === '');

/** What its text cites, by its place in the whole text. */
export function itemCitations({ content }: OutputItem): readonly Citation[] {
  let offset = 0;
  return (content ?? []).flatMap((part) => {
    const before = offset;
    offset += (stringOf(part?.text) + stringOf(part?.refusal)).length;
    return citationsOf(part?.annotations, before);
  });
}

/** Types of content that are neither text nor a refusal. */
export const otherContent = ({ content }: OutputItem): readonly string[] =>
  (content ?? []).flatMap((part) => {
    const type = stringOf(part?.type);
    return type === '' || SAID.has(type) ? [] : [type];
  });

const SAID: ReadonlySet<string> = new Set(['output_text', 'text', 'refusal', 'summary_text']);

/** The text of reasoning, as a summary or in full. */
export const reasoningText = ({ summary, content }: OutputItem): string => joined(summary) + joined(content);

function joined(parts: readonly (ItemContent | null)[] | null | undefined): string {
  let text = '';
  for (const part of parts ?? []) text += stringOf(part?.text);
  return text;
}

/** Members of a reasoning item that its issuer wants to see again. */
const KEPT: readonly string[] = ['id', 'summary', 'content', 'encrypted_content', 'format', 'signature'];

/** What goes back of a reasoning item; `undefined` where it holds nothing that could. */
export function reasoningToken(item: OutputItem): JsonObject | undefined {
  const kept = Object.entries(item).filter(
    ([name, value]) => KEPT.includes(name) && value !== null && value !== undefined && !isEmpty(name, value),
  );
  const token: JsonObject = Object.fromEntries(kept);
  return typeof item.encrypted_content === 'string' || reasoningText(item) !== '' ? token : undefined;
}

/** An empty `content` is sent by servers that refuse it. */
const isEmpty = (name: string, value: unknown): boolean =>
  name === 'content' && Array.isArray(value) && value.length === 0;

/** The id, the phase of a message, and the namespace and caller of a call, without which its item is refused (2026). */
export function itemToken({ id, phase, namespace, caller }: OutputItem): JsonObject | undefined {
  const token: Record<string, JsonValue> = {};
  if (typeof id === 'string' && id !== '') token['id'] = id;
  if (typeof phase === 'string') token['phase'] = phase;
  if (typeof namespace === 'string') token['namespace'] = namespace;
  if (isRecord(caller) && caller['type'] !== 'direct') token['caller'] = caller as JsonObject;
  return Object.keys(token).length === 0 ? undefined : token;
}

/** A call's arguments or a custom tool's text; `undefined` for what is neither text nor an object. */
export function callArguments(item: OutputItem): string | undefined {
  const value = item.arguments ?? item.input;
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? jsonText(value) : undefined;
}

/**
 * Such an item never got whole; a server that gives no status gives whole items. A call that the vendor's own program
 * makes is in progress for as long as it waits for us (recorded 2026-07).
 */
export const isUnfinished = ({ status, caller }: OutputItem): boolean =>
  (status === 'queued' || status === 'in_progress' || status === 'incomplete') &&
  (caller === undefined || caller === null);

/** The value where it is text, else nothing. */
export const stringOf = (value: unknown): string => (typeof value === 'string' ? value : '');
