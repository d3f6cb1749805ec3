import type {
  AssistantPart,
  AudioPart,
  FilePart,
  ImagePart,
  TextPart,
  ToolResultPart,
  UserPart,
} from './part.ts';

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
export function holdsBytes({ parts }: TurnMessage): boolean {
  return parts.some((part) =>
    part.type === 'tool-result' ? part.content.some((piece) => 'bytes' in piece) : 'bytes' in part,
  );
}
