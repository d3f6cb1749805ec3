import type { JsonObject, JsonValue } from './schema.ts';

/** Instructions. Wherever it stands in a transcript, its text goes in front of the conversation. */
export interface SystemMessage {
  readonly role: 'system';
  readonly parts: readonly TextPart[];
}
/** What the user says and shows. */
export interface UserMessage {
  readonly role: 'user';
  readonly parts: readonly UserPart[];
}
/** A turn of the model; `ChatResponse.message` is one, to be sent back as it is. */
export interface AssistantMessage {
  readonly role: 'assistant';
  readonly parts: readonly AssistantPart[];
}
/** Results for the tool calls of the turn before it; made by `toolResult`. */
export interface ToolMessage {
  readonly role: 'tool';
  readonly parts: readonly ToolResultPart[];
}
/** One turn of a transcript: plain data, the same for every vendor. */
export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage;
/** A message as a provider gets it: system text is folded into `ModelRequest.system`. */
export type TurnMessage = Exclude<Message, SystemMessage>;

/**
 * A user message of text, images, files and audio in the order given.
 *
 * @example user('What is in this picture?', image(bytes))
 */
export function user(...content: (string | UserPart | readonly UserPart[])[]): UserMessage {
  return {
    role: 'user',
    parts: content.flatMap((piece): UserPart | readonly UserPart[] =>
      typeof piece === 'string' ? { type: 'text', text: piece } : piece,
    ),
  };
}

/** An assistant message, for transcripts that were not made by a call. */
export function assistant(content: string | readonly AssistantPart[]): AssistantMessage {
  return {
    role: 'assistant',
    parts: typeof content === 'string' ? [{ type: 'text', text: content }] : content,
  };
}

/** What `toolResult` takes. */
export interface ToolResultInput {
  /** Of the call that it answers. */
  readonly callId: string;
  /** Of the tool: some wires ask for it. */
  readonly name: string;
  /** Images too, where the target takes them. */
  readonly content: string | readonly (TextPart | ImagePart)[];
  /** Tells the model that the call failed. */
  readonly isError?: boolean | undefined;
}

/** The message that answers tool calls: one result for each call of the assistant's turn. */
export function toolResult(result: ToolResultInput | readonly ToolResultInput[]): ToolMessage {
  return { role: 'tool', parts: [result].flat().map(toResultPart) };
}

const toResultPart = ({ callId, name, content, isError }: ToolResultInput): ToolResultPart => ({
  type: 'tool-result',
  callId,
  name,
  content: typeof content === 'string' ? [{ type: 'text', text: content }] : content,
  ...(isError === undefined ? {} : { isError }),
});

/** An image part; the type defaults to `image/png`, and a media fitter looks at the bytes instead. */
export function image(bytes: Uint8Array, mediaType = 'image/png'): ImagePart {
  return { type: 'image', mediaType, bytes };
}

/** A document part, such as a PDF. */
export function file(bytes: Uint8Array, mediaType: string, name?: string): FilePart {
  return { type: 'file', mediaType, bytes, ...(name === undefined ? {} : { name }) };
}

/** An audio part, for models that hear. */
export function audio(bytes: Uint8Array, mediaType: string): AudioPart {
  return { type: 'audio', mediaType, bytes };
}

/** Does it carry an image, a file or audio, in a tool result too? */
export function hasBytes({ parts }: TurnMessage): boolean {
  return parts.some((part) =>
    part.type === 'tool-result' ? part.content.some((piece) => 'bytes' in piece) : 'bytes' in part,
  );
}

/**
 * A token that only its issuer's family can read: a reasoning signature, encrypted reasoning, an item id.
 * `family` names who can read it, not the wire that carried it; `data` is sent back unchanged.
 */
export interface Replay {
  readonly family: string;
  readonly data: JsonValue;
}

/** What a piece of text rests on. Of each member, only what the vendor told. */
export interface Citation {
  /** Of a page. */
  readonly url?: string | undefined;
  /** A document of the request by its place among them, from 0, or a file or search result by the vendor's name for it. */
  readonly document?: number | string | undefined;
  readonly title?: string | undefined;
  /** The words of the source. */
  readonly quote?: string | undefined;
  /** Which of the part's text rests on it, as for `slice`. Both or none: without them, all of it or the part knows no better. */
  readonly start?: number | undefined;
  readonly end?: number | undefined;
}

/** Text, in any message. */
export interface TextPart {
  readonly type: 'text';
  readonly text: string;
  /** Of an answer: what it rests on, where the vendor says so; known at the part's end. */
  readonly citations?: readonly Citation[] | undefined;
  /** Of an answer: the model says it instead of one, where the wire tells that apart. The finish is `refusal` then. */
  readonly isRefusal?: true | undefined;
  readonly replay?: Replay | undefined;
}

/** An image as bytes; a model call never fetches a URL. */
export interface ImagePart {
  readonly type: 'image';
  /** MIME type such as `image/png`. */
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** A document as bytes, such as a PDF. */
export interface FilePart {
  readonly type: 'file';
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly name?: string | undefined;
}

/** Speech or sound as bytes, for models that hear. */
export interface AudioPart {
  readonly type: 'audio';
  /** MIME type such as `audio/wav`. */
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** What the model thought. It goes back only to a model that can read its `replay`. */
export interface ReasoningPart {
  readonly type: 'reasoning';
  readonly text: string;
  readonly replay?: Replay | undefined;
}

/** A call that the model wants made. Every call of a turn needs a result in the next message. */
export interface ToolCallPart {
  readonly type: 'tool-call';
  /** Of the vendor, or made up; rewritten for wires with a narrower alphabet. */
  readonly id: string;
  readonly name: string;
  /** Parsed once, when the call is whole; not checked against the tool's schema. */
  readonly args: JsonObject;
  readonly replay?: Replay | undefined;
  /** Set when the model's arguments were no JSON object: never run such a call, answer it with an error. */
  readonly invalid?: { readonly raw: string } | undefined;
}

/**
 * What a tool did that ran at the vendor (a search, code, an MCP connector), or what else the vendor keeps in a turn. It has
 * its place among the other parts, and goes back as it is to those who can read it, and to nobody else.
 */
export interface VendorPart {
  readonly type: 'vendor';
  /** The vendor's word for it, such as `web_search_call`; a set that grows. */
  readonly kind: string;
  /** For people: what was searched for, the code that ran, or what it said. */
  readonly text?: string | undefined;
  readonly replay: Replay;
}

/** What a tool gave back. */
export interface ToolResultPart {
  readonly type: 'tool-result';
  /** Of the call that it answers. */
  readonly callId: string;
  /** Of the tool. */
  readonly name: string;
  readonly content: readonly (TextPart | ImagePart)[];
  /** Tells the model that the call failed. */
  readonly isError?: boolean | undefined;
}

/** What a user message may hold. */
export type UserPart = TextPart | ImagePart | FilePart | AudioPart;
/** What an assistant message may hold. */
export type AssistantPart = TextPart | ReasoningPart | ToolCallPart | VendorPart;
/** A piece of a message; `type` tells which. */
export type Part = UserPart | AssistantPart | ToolResultPart;
