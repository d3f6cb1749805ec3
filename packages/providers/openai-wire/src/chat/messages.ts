import type {
  AssistantMessage,
  AssistantPart,
  ModelRequest,
  ToolMessage,
  TurnMessage,
  UserTurn,
  UserTurnPart,
  Warning,
} from '@majordomo/core';
import { toBase64 } from '@majordomo/core/toolkit';
import { toolIdMapper, wellFormedJson, type ToolIdRule } from '@majordomo/wire-kit';
import {
  dataUrl,
  joinTexts,
  resultText,
  unchangedId,
  WireMessageCache,
  withTextResults,
} from '@majordomo/wire-kit/internal';
import { rejectVideo } from '../failure/unsupported.ts';
import { withTurnsAfterTools } from '../transcript/after-tools.ts';
import { toolNames } from '../transcript/tool-names.ts';
import { detailsToWire } from './reasoning-details.ts';
import type { ChatQuirks } from './quirks.ts';
import { replayedMembers } from './replayed-members.ts';
import { UNSIGNED_CALL, signatureOf } from './signatures.ts';

/** Message of Chat Completions. It contains only properties that this converter writes. */
export interface WireMessage {
  readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
  readonly [member: string]: unknown;
}

const ID_RULES: Readonly<Record<Exclude<ChatQuirks['toolId'], 'any'>, ToolIdRule>> = {
  // This rule limits only the length.
  'max-40': { maxLength: 40, pattern: /^/ },
  'alphanumeric-9': { maxLength: 9, pattern: /^[a-zA-Z0-9]{9}$/ },
};

interface Conversion {
  readonly quirks: ChatQuirks;
  /** Id of the group of models that includes this model and can read each other's reasoning. */
  readonly family: string | undefined;
  readonly idOf: (id: string) => string;
  readonly nameOf: (name: string) => string;
  /** Text that is sent as the reasoning of a turn without reasoning. If it is `''`, no such text is sent. */
  readonly placeholder: string;
}

const forms = new WireMessageCache<WireMessage>();

/**
 * Converts the transcript. A converted message depends only on the original message, the adjacent messages and the call ids.
 * Prompt caches require this, because each request must begin with the messages of the previous request. Caches the conversion
 * of a message unless the message contains images, files or audio.
 */
export function messagesToWire(
  request: ModelRequest,
  quirks: ChatQuirks,
  family: string | undefined,
  warnings: Warning[],
): WireMessage[] {
  const idOf =
    quirks.toolId === 'any' ? unchangedId : toolIdMapper(request.messages, ID_RULES[quirks.toolId]);
  const placeholder = request.reasoning === 'none' ? '' : quirks.reasoningPlaceholder;
  const { nameOf, key } = toolNames(request.tools);
  const conversion: Conversion = { quirks, family, idOf, nameOf, placeholder };
  // The cached forms of a message are valid only for the same quirks, the same values in this text, and the same call ids.
  const known = forms.forRequest(request.messages, quirks, `${family ?? ''} ${placeholder} ${key}`, idOf);
  // A tool message contains only text. Images and documents of results move to a user message after the results.
  const textResults = withTextResults(request.messages, warnings);
  const messages =
    quirks.afterTools === 'assistant' ? withTurnsAfterTools(textResults, warnings) : textResults;
  return messages.flatMap((message) => {
    let form = known.get(message);
    if (form === undefined) {
      form = messageToWire(message, conversion);
      known.set(message, form);
    }
    return form;
  });
}

function messageToWire(message: TurnMessage, conversion: Conversion): readonly WireMessage[] {
  if (message.role === 'tool') return resultsToWire(message, conversion);
  if (message.role === 'user') return [userToWire(message, conversion.quirks)];
  // Some servers reject a turn that has neither text nor calls.
  return message.parts.some(hasContent) ? [assistantToWire(message, conversion)] : [];
}

const hasContent = (part: AssistantPart): boolean =>
  part.type === 'tool-call' || (part.type === 'text' && part.text !== '');

function userToWire({ parts }: UserTurn, quirks: ChatQuirks): WireMessage {
  const [first] = parts;
  if (parts.length === 1 && first?.type === 'text') return { role: 'user', content: first.text };
  if (quirks.content === 'string') return { role: 'user', content: joinTexts(parts, '\n\n') };
  return { role: 'user', content: parts.map(partToWire) };
}

function partToWire(part: UserTurnPart): unknown {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text };
    case 'image':
      return { type: 'image_url', image_url: { url: dataUrl(part.mediaType, part.bytes) } };
    case 'file':
      rejectVideo(part);
      if (part.file !== undefined) return { type: 'file', file: { file_id: part.file.id } };
      return {
        type: 'file',
        file: { filename: part.name ?? 'file', file_data: dataUrl(part.mediaType, part.bytes) },
      };
    case 'audio':
      return {
        type: 'input_audio',
        input_audio: { data: toBase64(part.bytes), format: audioFormat(part.mediaType) },
      };
    default:
      return part satisfies never;
  }
}

/** Returns the name of an audio format, such as `wav` or `mp3`. For an unknown media type, returns its subtype. */
const audioFormat = (mediaType: string): string => {
  const [, subtype = ''] = mediaType.split('/');
  return AUDIO_FORMATS[subtype] ?? subtype;
};

const AUDIO_FORMATS: Readonly<Record<string, string>> = {
  mpeg: 'mp3',
  'x-wav': 'wav',
  wave: 'wav',
  'x-flac': 'flac',
  mp4: 'm4a',
  'x-m4a': 'm4a',
};

function assistantToWire({ parts }: AssistantMessage, conversion: Conversion): WireMessage {
  const { quirks, idOf, nameOf, family } = conversion;
  const text = joinTexts(parts, '');
  const calls = parts
    .filter((part) => part.type === 'tool-call')
    .map((part, at) => ({
      id: idOf(part.id),
      type: 'function',
      function: { name: nameOf(part.name), arguments: argumentsOf(part.args) },
      // Gemini requires a signature only for the first call of a turn. A signature of the call itself replaces this one.
      ...(quirks.callSignature === 'required' && at === 0 ? UNSIGNED_CALL : undefined),
      ...signatureOf(part, family),
    }));
  return {
    role: 'assistant',
    ...contentOf(text, calls.length > 0, quirks),
    ...ownReasoning(parts, conversion),
    ...replayedMembers(parts, family, quirks.replayedMembers),
    ...(calls.length > 0 ? { tool_calls: calls } : undefined),
  };
}

const NONE: readonly never[] = [];

const argumentsOf = (args: object): string => wellFormedJson(JSON.stringify(args));

function contentOf(
  text: string,
  hasCalls: boolean,
  { emptyContent }: ChatQuirks,
): { content?: string | null } {
  if (text !== '' || !hasCalls || emptyContent === 'empty-string') return { content: text };
  return emptyContent === 'absent' ? {} : { content: null };
}

/**
 * Returns the reasoning that a model of this family wrote in the turn. A turn without such reasoning gets the placeholder,
 * because some servers reject a turn without reasoning or with empty reasoning.
 */
function ownReasoning(
  parts: AssistantMessage['parts'],
  { quirks: { reasoningReplay, reasoningField, signedDetails }, family, placeholder }: Conversion,
): object | undefined {
  if (reasoningReplay === 'omit' || family === undefined) return undefined;
  const details = reasoningReplay === 'details' ? detailsToWire(parts, family, signedDetails) : NONE;
  if (details.length > 0) return { reasoning_details: details };
  const own = parts.filter((part) => part.type === 'reasoning' && part.replay?.family === family);
  const text = own.map((part) => (part.type === 'reasoning' ? part.text : '')).join('') || placeholder;
  return reasoningField === 'none' || text === '' ? undefined : { [reasoningField]: text };
}

const resultsToWire = (
  { parts }: ToolMessage,
  { quirks, idOf, nameOf }: Conversion,
): readonly WireMessage[] =>
  parts.map((result) => ({
    role: 'tool',
    tool_call_id: idOf(result.callId),
    ...(quirks.toolResultName ? { name: nameOf(result.name) } : undefined),
    content: resultText(result),
  }));
