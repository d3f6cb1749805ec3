import type { JsonObject, JsonValue } from './schema.ts';

/** Instructions. Their text is sent before the conversation, regardless of the message's position in the transcript. */
export interface SystemMessage {
  readonly role: 'system';
  readonly parts: readonly TextPart[];
}
/** Message of the user. Created by `user`. */
export interface UserMessage {
  readonly role: 'user';
  readonly parts: readonly UserPart[];
}
/** Turn of the model. Append `ChatResponse.message` to the transcript unchanged. */
export interface AssistantMessage {
  readonly role: 'assistant';
  readonly parts: readonly AssistantPart[];
}
/** Results of the calls in the previous turn. Created by `toolResult` and `vendorResult`. */
export interface ToolMessage {
  readonly role: 'tool';
  readonly parts: readonly ResultPart[];
}
/** Message of a transcript. A message is plain data and has the same form for every vendor. */
export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage;
/** User message that a provider receives. It contains no blobs. */
export interface UserTurn {
  readonly role: 'user';
  readonly parts: readonly UserTurnPart[];
}
/** Message that a provider receives. The text of system messages is in `ModelRequest.system`. */
export type TurnMessage = UserTurn | AssistantMessage | ToolMessage;

/**
 * Returns a user message of text, images, files and audio in the given order.
 *
 * @example user('What is in this picture?', image(bytes))
 */
export function user(...content: (string | UserTurnPart | readonly UserTurnPart[])[]): UserTurn;
/** Returns a user message that contains blobs. */
export function user(...content: (string | UserPart | readonly UserPart[])[]): UserMessage;
export function user(...content: (string | UserPart | readonly UserPart[])[]): UserMessage {
  return {
    role: 'user',
    parts: content.flatMap((piece): UserPart | readonly UserPart[] =>
      typeof piece === 'string' ? { type: 'text', text: piece } : piece,
    ),
  };
}

/** Returns an assistant message, for transcripts that do not come from a call. */
export function assistant(content: string | readonly AssistantPart[]): AssistantMessage {
  return {
    role: 'assistant',
    parts: typeof content === 'string' ? [{ type: 'text', text: content }] : content,
  };
}

/** Result of one tool call. */
export interface ToolResultInput {
  /** Id of the tool call. */
  readonly callId: string;
  /** Name of the tool, which some wires require. */
  readonly name: string;
  /** Text, images and documents. An unsupported document is replaced with an error message that states the remedy. */
  readonly content: string | readonly ResultPiece[];
  /** Whether the tool failed. */
  readonly isError?: boolean | undefined;
  /** Names of deferred tools that this result makes available; see `ToolResultPart.loads`. */
  readonly loads?: readonly string[] | undefined;
}

/**
 * Returns the message with the results of tool calls. Each call of the assistant's turn needs one result.
 * @example toolResult({ callId: call.id, name: call.name, content: '21 °C' })
 */
export function toolResult(result: ToolResultInput | readonly ToolResultInput[]): ToolMessage {
  return { role: 'tool', parts: [result].flat().map(toResultPart) };
}

const toResultPart = ({ callId, name, content, isError, loads }: ToolResultInput): ToolResultPart => ({
  type: 'tool-result',
  callId,
  name,
  content: typeof content === 'string' ? [{ type: 'text', text: content }] : content,
  ...(isError === undefined ? {} : { isError }),
  ...(loads === undefined ? {} : { loads }),
});

/** Result of a call that waits for the client. */
export interface VendorResultInput {
  /** Text and images, such as a screenshot or the output of a command. `@default []` */
  readonly content?: string | readonly ResultPiece[] | undefined;
  /** Details of the kind; see `VendorResultPart.output`. */
  readonly output?: JsonObject | undefined;
  /** Whether the action failed. */
  readonly isError?: boolean | undefined;
}

/**
 * Returns the message with the result of one call that waits for the client. To answer a turn with several calls, join their parts.
 * @example vendorResult(call, { content: [image(screenshot)] })
 */
export function vendorResult(
  call: VendorCallPart,
  { content = [], output, isError }: VendorResultInput,
): ToolMessage {
  const part: VendorResultPart = {
    type: 'vendor-result',
    callId: call.id,
    kind: call.kind,
    name: call.name,
    content: typeof content === 'string' ? [{ type: 'text', text: content }] : content,
    ...(output === undefined ? {} : { output }),
    ...(isError === undefined ? {} : { isError }),
  };
  return { role: 'tool', parts: [part] };
}

/** Returns an image part, by default of type `image/png`. A media fitter detects the media type from the bytes. */
export function image(bytes: Uint8Array, mediaType?: string): ImagePart;
/** Returns an image that is read when a target needs it, by default of the blob's type, or of type `image/png`. */
export function image(blob: Blob, mediaType?: string): BlobPart;
export function image(content: Uint8Array | Blob, mediaType?: string): ImagePart | BlobPart {
  return content instanceof Uint8Array
    ? { type: 'image', mediaType: mediaType ?? 'image/png', bytes: content }
    : blobPart(content, mediaType ?? (content.type === '' ? 'image/png' : content.type));
}

/** Returns a document part, such as a PDF. */
export function file(bytes: Uint8Array, mediaType: string, name?: string): FilePart;
/**
 * Returns a document that is read when a target needs it, by default of the blob's type.
 *
 * @example file(await openAsBlob('report.pdf'), 'application/pdf', 'report.pdf')
 */
export function file(blob: Blob, mediaType?: string, name?: string): BlobPart;
export function file(content: Uint8Array | Blob, mediaType = '', name?: string): FilePart | BlobPart {
  if (!(content instanceof Uint8Array)) return blobPart(content, mediaType, name);
  return { type: 'file', mediaType, bytes: content, ...(name === undefined ? {} : { name }) };
}

const blobPart = (blob: Blob, mediaType?: string, name?: string): BlobPart => ({
  type: 'blob',
  blob,
  mediaType: mediaType || blob.type,
  ...(name === undefined ? {} : { name }),
});

/**
 * Returns a search result for a user message or a tool result. Vendors without search results receive it as text.
 *
 * @example toolResult({ callId, name: 'search', content: [searchResult({ source: url, title, text })] })
 */
export function searchResult({ source, title, text, citations = true }: SearchResultInput): FilePart {
  const bytes = new TextEncoder().encode(text);
  return { type: 'file', mediaType: 'text/plain', bytes, title, source, citations };
}

/** Returns an audio part, for models with audio input. */
export function audio(bytes: Uint8Array, mediaType: string): AudioPart;
/** Returns audio that is read when a target needs it, by default of the blob's type. */
export function audio(blob: Blob, mediaType?: string): BlobPart;
export function audio(content: Uint8Array | Blob, mediaType = ''): AudioPart | BlobPart {
  return content instanceof Uint8Array
    ? { type: 'audio', mediaType, bytes: content }
    : blobPart(content, mediaType);
}

/**
 * Token that only models of one family can read, such as a reasoning signature, encrypted reasoning or an item id. `family`
 * identifies these models, not a wire. `data` is sent back unchanged.
 */
export interface Replay {
  readonly family: string;
  readonly data: JsonValue;
}

/** Source of a piece of text. Members that the vendor does not report are absent. */
export interface Citation {
  /** URL of a web page. */
  readonly url?: string | undefined;
  /** Index of a document in the request, from 0, or the vendor's name of a file or search result. */
  readonly document?: number | string | undefined;
  readonly title?: string | undefined;
  /** Quotation from the source. */
  readonly quote?: string | undefined;
  /** Start of the cited range in the part's text, in UTF-16 units. Without a range, the source applies to the complete text. */
  readonly start?: number | undefined;
  /** End of the cited range in UTF-16 units, exclusive. */
  readonly end?: number | undefined;
  /** Members of the vendor's citation that no other property represents, such as page numbers or the container of a file. */
  readonly other?: JsonObject | undefined;
}

/** Text part of a message. */
export interface TextPart {
  readonly type: 'text';
  readonly text: string;
  /** Sources of an answer, if the vendor reports them. A stream reports them in `part-end`. */
  readonly citations?: readonly Citation[] | undefined;
  /** Whether the text is a refusal instead of an answer, if the wire marks refusals. The finish reason is then `refusal`. */
  readonly isRefusal?: true | undefined;
  readonly replay?: Replay | undefined;
}

/** Place of content at a vendor. */
export interface FileReference {
  /** Vendor's id of the file. */
  readonly id: string;
  /** Address of the file, for wires that use one instead of the id. */
  readonly uri?: string | undefined;
  /** Size of the content in bytes. */
  readonly size: number;
  /** Time at which the vendor deletes the file, in epoch milliseconds. Absent if the vendor did not report it. */
  readonly expiresAt?: number | undefined;
}

/** Content of a blob that has not been read. */
export interface UnreadContent {
  /** Size of the content in bytes. */
  readonly size: number;
  /** SHA-256 of the content as 64 hexadecimal digits, if the caller knows it. */
  readonly sha256?: string | undefined;
  /** Content. Not enumerable, so that logs and JSON omit it. */
  readonly blob: Blob;
}

/** Content of a part that core sends by reference. A request of a caller must not set these members. */
export interface Referable {
  /** Place of the content at the target. Set in requests that a provider receives. `bytes` is then empty. */
  readonly file?: FileReference | undefined;
  /** Content that is read after the gates have admitted the attempt. Set in requests that gates receive. `bytes` is then empty. */
  readonly unread?: UnreadContent | undefined;
}

/** Image as bytes. A model call never fetches a URL. In an answer, an image that the model generated. */
export interface ImagePart extends Referable {
  readonly type: 'image';
  /** MIME type, such as `image/png`. */
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  /** Token of a generated image. The image is sent back only to models that can read the token. */
  readonly replay?: Replay | undefined;
}

/**
 * Document as bytes, such as a PDF. Only some vendors accept the members after `name`; see apps/docs/vendors.md. For other vendors,
 * `title`, `context` and `source` become text, `citations` is dropped, and the response has warnings.
 */
export interface FilePart extends Referable {
  readonly type: 'file';
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly name?: string | undefined;
  /** Title for the model and for citations. @default the name */
  readonly title?: string | undefined;
  /** Text about the document, such as its date. The model reads this text, and does not cite it. @default none */
  readonly context?: string | undefined;
  /** URL or name of the place at which a text was found. The text is then a search result. @default none */
  readonly source?: string | undefined;
  /** Whether the answer cites the document. @default false */
  readonly citations?: boolean | undefined;
}

/** Search result for `searchResult`. */
export interface SearchResultInput {
  /** URL or name of the place at which the text was found. */
  readonly source: string;
  readonly title: string;
  /** Text of the result. A vendor cites complete paragraphs, which blank lines separate. */
  readonly text: string;
  /** Whether the answer cites the result. @default true */
  readonly citations?: boolean | undefined;
}

/** Audio as bytes, for models with audio input. In an answer, audio that the model generated. Its text is a separate part. */
export interface AudioPart extends Referable {
  readonly type: 'audio';
  /** MIME type, such as `audio/wav`. */
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  /** Token of generated audio. The audio is sent back only to models that can read the token. */
  readonly replay?: Replay | undefined;
}

/**
 * Image, document or audio that is read only if a target needs its bytes, such as `await openAsBlob('report.pdf')` of `node:fs`.
 * Created by `image`, `file` and `audio`. Only user messages can contain it. `toJson` rejects it.
 */
export interface BlobPart {
  readonly type: 'blob';
  readonly blob: Blob;
  /** MIME type, which determines whether the content is an image, audio or a document. */
  readonly mediaType: string;
  /** Name of a document for the model. */
  readonly name?: string | undefined;
  /** SHA-256 of the content as 64 hexadecimal digits. If the target already has the content, the blob is not read. @default none */
  readonly sha256?: string | undefined;
}

/** Reasoning of the model. The part is sent back only to a model that can read its `replay`. */
export interface ReasoningPart {
  readonly type: 'reasoning';
  readonly text: string;
  readonly replay?: Replay | undefined;
}

/** Tool call of the model. Each call of a turn needs a result in the next message. */
export interface ToolCallPart {
  readonly type: 'tool-call';
  /** Vendor's id of the call, or a generated id. Wires with stricter limits on ids send another id. */
  readonly id: string;
  readonly name: string;
  /** Arguments, which are not checked against the tool's schema. */
  readonly args: JsonObject;
  /** Id of the vendor's program that made the call. Absent if the model made it. */
  readonly programId?: string | undefined;
  readonly replay?: Replay | undefined;
  /** Original text of arguments that are not a complete JSON object. Do not run such a call, but return an error result. */
  readonly invalid?: { readonly raw: string } | undefined;
}

/** Call of a tool that ran at the vendor, such as a search, or other vendor data. Sent only to models that can read `replay`. */
export interface VendorPart {
  readonly type: 'vendor';
  /** Vendor's name for the kind of part, such as `web_search_call`. Vendors may add new kinds. */
  readonly kind: string;
  /** Description for people, such as the search query, the code, or the output of the code. */
  readonly text?: string | undefined;
  readonly replay: Replay;
}

/** Kind of a call that waits for the client. */
export type VendorCallKind = 'computer' | 'shell' | 'patch' | 'mcp-approval';

/**
 * Call of a vendor's tool that the client runs, such as a click, a command or an approval. majordomo does not run it by itself. The
 * call is sent back with its result to models that can read `replay`. Other models receive the call and its result as text.
 */
export interface VendorCallPart {
  readonly type: 'vendor-call';
  /** Vendor's id of the call. */
  readonly id: string;
  readonly kind: VendorCallKind;
  /** Vendor's name of the call, such as `shell_call`. */
  readonly name: string;
  /** Action in the vendor's terms, such as `{ commands: ['ls'] }`, which is not checked. */
  readonly args: JsonObject;
  readonly replay: Replay;
}

/** Result of a call that waits for the client. Created by `vendorResult`. */
export interface VendorResultPart {
  readonly type: 'vendor-result';
  /** Id of the call. */
  readonly callId: string;
  readonly kind: VendorCallKind;
  /** Name of the call. */
  readonly name: string;
  readonly content: readonly ResultPiece[];
  /**
   * Details of the kind. For `shell`: `outputs`, an array of `{ stdout, stderr, exitCode }` or `{ stdout, stderr, timedOut: true }`, which
   * is sent instead of the text. For `mcp-approval`: `approve` and `reason`. Without `approve: true`, the call is refused. For `computer`:
   * `acknowledged`, an array of the safety checks of the call or their ids that the user accepted, or `true` for Gemini; `url`, the address
   * of the page, for Gemini; `browser_state`, the open tabs, for Anthropic.
   */
  readonly output?: JsonObject | undefined;
  /** Whether the action failed. */
  readonly isError?: boolean | undefined;
}

/** Result of a tool call. */
export interface ToolResultPart {
  readonly type: 'tool-result';
  /** Id of the tool call. */
  readonly callId: string;
  /** Name of the tool. */
  readonly name: string;
  readonly content: readonly ResultPiece[];
  /** Whether the tool failed. */
  readonly isError?: boolean | undefined;
  /** Names of deferred tools that this result loads, best first. Unknown names are ignored. A failed result loads no tools. */
  readonly loads?: readonly string[] | undefined;
}

/** Call that needs a result. */
export type CallPart = ToolCallPart | VendorCallPart;
/** Result of a call. */
export type ResultPart = ToolResultPart | VendorResultPart;
/** Part of a tool result. */
export type ResultPiece = TextPart | ImagePart | FilePart;
/** Part of a user message that a provider receives. */
export type UserTurnPart = TextPart | ImagePart | FilePart | AudioPart;
/** Part of a user message. */
export type UserPart = UserTurnPart | BlobPart;
/** Part of an assistant message. */
export type AssistantPart = TextPart | ReasoningPart | CallPart | VendorPart | ImagePart | AudioPart;
/** Part of any message. `type` identifies the kind of part. */
export type Part = UserPart | AssistantPart | ResultPart;
