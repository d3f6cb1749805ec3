import type { AssistantPart, ImagePart, Replay, TextPart, UserPart } from '@majordomo/core';
import { reasoningPart, textPart } from '../parsing/content.ts';
import {
  array,
  boolean,
  invalid,
  jsonObject,
  nonEmptyString,
  object,
  objects,
  oneOf,
  string,
  type Fields,
} from '../parsing/fields.ts';
import { imageOf, mediaPart, urlPart, type Media } from '../parsing/media.ts';
import { isGatewayToken, tokenOf } from '../parsing/replay-token.ts';
import type { Transcript } from '../parsing/transcript.ts';
import { storedFileId } from './paths.ts';

interface OpenCall {
  readonly id: string;
  readonly name: string;
  /** Whether the client has sent the id. */
  readonly hasOwnId: boolean;
}

/** Adds the contents of a request to a transcript. Calls without an id receive one, and responses without an id answer by name. */
export class GeminiTurns {
  private readonly transcript: Transcript;
  private readonly media: Media;
  /** Calls without a response, oldest first. */
  private openCalls: OpenCall[] = [];
  /** Ids of all calls. */
  private readonly ids = new Set<string>();
  /** Text of the thoughts that precede the part with their signature, because a stream has a part for each chunk. */
  private thought = '';
  /** Text of the last parts of the model. */
  private text = '';

  constructor(transcript: Transcript, media: Media) {
    this.transcript = transcript;
    this.media = media;
  }

  add(turn: Fields): void {
    const role = turn.optional('role', oneOf('user', 'model', 'function')) ?? 'user';
    const parts = turn.required('parts', array(object));
    this.transcript.notes.unparsedInElement(turn, 'content');
    if (role === 'model') {
      for (const part of parts) {
        this.transcript.assistant(this.assistantParts(part));
        this.noteUnused(part);
      }
      return;
    }
    this.end();
    const isResponse = (part: Fields): boolean => part.isSet('functionResponse');
    for (const part of parts.filter(isResponse)) this.respond(part.required('functionResponse', object));
    this.transcript.user(parts.filter((part) => !isResponse(part)).flatMap((part) => this.userParts(part)));
    for (const part of parts) this.noteUnused(part);
  }

  private noteUnused(part: Fields): void {
    this.transcript.notes.unparsedInElement(part, 'part', 'thought', 'thoughtSignature');
  }

  /** Ends the model's turn: adds the text of its last parts, and discards a thought that never received its signature. */
  end(): void {
    this.thought = '';
    this.transcript.assistant(this.textParts());
  }

  private assistantParts(part: Fields): readonly AssistantPart[] {
    const signature = part.optional('thoughtSignature', string);
    const text = part.optional('text', string);
    if (part.optional('thought', boolean) === true)
      return [...this.textParts(), ...this.thoughtParts(text ?? '', signature ?? '')];
    this.thought = '';
    const call = part.optional('functionCall', object);
    if (call !== undefined) return [...this.textParts(), this.call(call, signature)];
    if (text === undefined) return this.refuse(part, 'text, thought or functionCall');
    this.text += text;
    const replay = replayOf(signature);
    return replay === undefined ? [] : this.textParts(replay);
  }

  /** Returns the text of the last parts as one part, because a stream has a part for each chunk. */
  private textParts(replay?: Replay): readonly AssistantPart[] {
    const { text } = this;
    this.text = '';
    return replay === undefined ? textPart(text) : [{ type: 'text', text, replay }];
  }

  private thoughtParts(text: string, signature: string): readonly AssistantPart[] {
    this.thought += text;
    if (signature === '') return [];
    const complete = this.thought;
    this.thought = '';
    return reasoningPart(complete, signature);
  }

  private call(call: Fields, signature: string | undefined): AssistantPart {
    const name = call.required('name', nonEmptyString);
    const ownId = call.optional('id', nonEmptyString);
    const id = ownId ?? this.newId();
    const args = call.optional('args', jsonObject) ?? {};
    this.transcript.notes.unparsedInElement(call, 'functionCall');
    const replay = replayOf(signature);
    this.ids.add(id);
    this.openCalls.push({ id, name, hasOwnId: ownId !== undefined });
    return { type: 'tool-call', id, name, args, ...(replay !== undefined && { replay }) };
  }

  private newId(): string {
    let number = this.ids.size;
    while (this.ids.has(`call_${number}`)) number++;
    return `call_${number}`;
  }

  /** Returns the oldest open call of a tool. A response without an id rather answers a call without an id. */
  private openCallOf(name: string): OpenCall | undefined {
    const calls = this.openCalls.filter((call) => call.name === name);
    return calls.find(({ hasOwnId }) => !hasOwnId) ?? calls[0];
  }

  private respond(response: Fields): void {
    const name = response.required('name', nonEmptyString);
    const id = response.optional('id', nonEmptyString);
    const answered = id === undefined ? this.openCallOf(name) : this.openCalls.find((call) => call.id === id);
    if (answered === undefined) return invalid(response.path, `answers no call of ${JSON.stringify(name)}`);
    this.openCalls = this.openCalls.filter((call) => call !== answered);
    const imageIn = (part: Fields): ImagePart => imageOf(this.inline(part), part.path);
    const images = response.optional('parts', objects(imageIn)) ?? [];
    const { content, isError } = resultOf(response.required('response', jsonObject));
    this.transcript.notes.unparsedInElement(response, 'functionResponse');
    this.transcript.result(answered.id, [...content, ...images], isError);
  }

  private userParts(part: Fields): readonly UserPart[] {
    const text = part.optional('text', string);
    if (text !== undefined) return textPart(text);
    const file = part.optional('fileData', object);
    if (file !== undefined) {
      const name = file.optional('displayName', string);
      const [uri, path] = [file.required('fileUri', nonEmptyString), file.pathOf('fileUri')];
      const id = storedFileId(uri);
      return [id === undefined ? urlPart(uri, path, this.media, name) : this.media.byFile(id, path)];
    }
    return [this.inline(part)];
  }

  private inline(part: Fields): ReturnType<typeof mediaPart> {
    if (!part.isSet('inlineData')) return this.refuse(part, 'text, inlineData, fileData or functionResponse');
    const data = part.required('inlineData', object);
    const type = data.required('mimeType', nonEmptyString);
    const name = data.optional('displayName', string);
    return mediaPart(data.required('data', string), type, data.pathOf('data'), name);
  }

  private refuse(part: Fields, supported: string): never {
    const [kind = 'nothing'] = Object.keys(part.value);
    return invalid(part.path, `contains ${kind}, which is not supported; send ${supported}`);
  }
}

/** Returns the replay data of a signature that the gateway wrote. Other signatures are those of another conversation. */
const replayOf = (signature: string | undefined): Replay | undefined =>
  signature !== undefined && isGatewayToken(signature) ? tokenOf(signature) : undefined;

interface Result {
  readonly content: readonly (TextPart | ImagePart)[];
  readonly isError: boolean;
}

/** Returns the content of a response, which by convention has the member `output` or `error`. */
function resultOf(response: Readonly<Record<string, unknown>>): Result {
  const { output, error, ...others } = response;
  const hasBoth = output !== undefined && error !== undefined;
  const isAlone = Object.keys(others).length === 0 && !hasBoth;
  const value = isAlone ? (output ?? error) : undefined;
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? response);
  return { content: textPart(text), isError: isAlone && error !== undefined };
}

/** Parses a system instruction: a string, a part, or a content with parts. */
export function systemText(value: unknown, path: string): string {
  if (typeof value === 'string') return string(value, path);
  const given = object(value, path);
  if (!given.isSet('parts')) return given.required('text', string);
  return given
    .required(
      'parts',
      objects((part) => part.required('text', string)),
    )
    .join('\n\n');
}
