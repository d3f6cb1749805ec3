import type { JsonObject, JsonValue } from './json.ts';

/**
 * A token that only its issuer's family can read: a reasoning signature, encrypted reasoning, an item id.
 * `family` names who can read it, not the wire that carried it; `data` is sent back unchanged.
 */
export interface Replay {
  readonly family: string;
  readonly data: JsonValue;
}

export interface TextPart {
  readonly type: 'text';
  readonly text: string;
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

/** What the model thought. It goes back only to a model that can read its `replay`. */
export interface ReasoningPart {
  readonly type: 'reasoning';
  readonly text: string;
  readonly replay?: Replay | undefined;
}

export interface ToolCallPart {
  readonly type: 'tool-call';
  readonly id: string;
  readonly name: string;
  readonly args: JsonObject;
  readonly replay?: Replay | undefined;
  /** Set when the model's arguments were no JSON object: never run such a call, answer it with an error. */
  readonly invalid?: { readonly raw: string } | undefined;
}

export interface ToolResultPart {
  readonly type: 'tool-result';
  readonly callId: string;
  readonly name: string;
  readonly content: readonly (TextPart | ImagePart)[];
  readonly isError?: boolean | undefined;
}

export type UserPart = TextPart | ImagePart | FilePart;
export type AssistantPart = TextPart | ReasoningPart | ToolCallPart;
export type Part = UserPart | AssistantPart | ToolResultPart;
