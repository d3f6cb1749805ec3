import type { ChatRequest, FilePart, Message, Part, ResultPiece } from '@majordomo/core';
import { definedMembers, isPlain } from '@majordomo/core/toolkit';

/** Returns the list with `change` applied to each item, or the same list if no item changed. */
export function mapList<T>(list: readonly T[], change: (item: T) => T): readonly T[] {
  const changed = list.map(change);
  return changed.every((item, at) => item === list[at]) ? list : changed;
}

/**
 * Returns a copy of plain data with `change` applied to each string and each key, or the same value if nothing changed. If
 * `change` modifies the digits of a number, the number becomes a string.
 */
export function mapStrings<T>(value: T, change: (text: string) => string): T;
export function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (typeof value === 'number') {
    const text = change(String(value));
    return text === String(value) ? value : text;
  }
  if (Array.isArray(value)) return mapList(value as readonly unknown[], (item) => mapStrings(item, change));
  if (!isPlain(value)) return value;
  const changed = Object.fromEntries(
    Object.entries(value).map(([key, member]) => [change(key), mapStrings(member, change)]),
  );
  return isSame(changed, value) ? value : changed;
}

/** Changes a text of a request. `owner` is the part that contains the text, or `undefined` for `ChatRequest.system`. */
export type TextChange = (text: string, role: Message['role'], owner: object | undefined) => string;

/**
 * Returns the request with `change` applied to each text that a vendor reads: system text, text of messages, file names,
 * citations, arguments of calls and tool results. Reasoning and vendor parts do not change, because a change would invalidate
 * their signatures. Unchanged parts and messages remain the same objects.
 */
export function mapTexts(request: ChatRequest, change: TextChange): ChatRequest {
  const system = request.system === undefined ? undefined : change(request.system, 'system', undefined);
  const messages = mapList(request.messages, (message) => {
    const parts = mapList<Part>(message.parts, (part) => mapPart(part, message.role, change));
    return parts === message.parts ? message : ({ ...message, parts } as Message);
  });
  return system === request.system && messages === request.messages
    ? request
    : { ...request, messages, ...(system !== undefined && { system }) };
}

function mapPart(part: Part, role: Message['role'], change: TextChange): Part {
  const ofPart = (text: string): string => change(text, role, part);
  switch (part.type) {
    case 'text':
      return withChanges(part, {
        text: ofPart(part.text),
        ...(part.citations && { citations: mapStrings(part.citations, ofPart) }),
      });
    case 'file':
      return withChanges(part, {
        ...mapStrings(describedOf(part), ofPart),
        ...(part.mediaType.startsWith('text/') && { bytes: mapText(part.bytes, ofPart) }),
      });
    case 'blob':
      return withChanges(part, part.name === undefined ? {} : { name: ofPart(part.name) });
    case 'tool-call':
      return withChanges(part, {
        args: mapStrings(part.args, ofPart),
        ...(part.invalid && { invalid: mapStrings(part.invalid, ofPart) }),
      });
    case 'vendor-call':
      return withChanges(part, { args: mapStrings(part.args, ofPart) });
    case 'vendor-result':
      return withChanges(part, {
        content: mapList(part.content, (piece) => mapPart(piece, role, change) as ResultPiece),
        ...(part.output && { output: mapStrings(part.output, ofPart) }),
      });
    case 'tool-result':
      return withChanges(part, {
        content: mapList(part.content, (piece) => mapPart(piece, role, change) as ResultPiece),
      });
    // A changed text would not match the signature of the reasoning, and a vendor's part is replay data.
    case 'reasoning':
    case 'vendor':
    case 'image':
    case 'audio':
      return part;
  }
}

/** Returns the texts that describe a document. */
const describedOf = ({ name, title, context, source }: FilePart): Partial<FilePart> =>
  definedMembers({ name, title, context, source });

/** Changes the bytes of a text. Returns the same bytes if the text does not change. */
function mapText(bytes: Uint8Array, change: (text: string) => string): Uint8Array {
  const text = new TextDecoder().decode(bytes);
  const changed = change(text);
  return changed === text ? bytes : new TextEncoder().encode(changed);
}

const withChanges = <T extends object>(part: T, members: Partial<T>): T =>
  isSame(members, part) ? part : { ...part, ...members };

/** Whether `original` has the same values for all `members`. */
const isSame = (members: object, original: object): boolean =>
  Object.entries(members).every(([name, member]) => member === Reflect.get(original, name));
