import type {
  AssistantMessage,
  AssistantPart,
  ImagePart,
  ModelRequest,
  TextPart,
  ToolMessage,
  ToolResultPart,
  TurnMessage,
  UserMessage,
  UserPart,
  Warning,
} from '@majordomo/core';
import { toBase64 } from '@majordomo/core/toolkit';
import {
  unchangedId,
  toolIdMapper,
  wellFormedJson,
  WireMessageCache,
  type ToolIdRule,
} from '@majordomo/wire-kit';
import { refuseFilm } from '../failure/unsupported.ts';
import { BETWEEN } from '../transcript/after-tools.ts';
import { toolNames } from '../transcript/tool-names.ts';
import { detailsToWire } from './reasoning-details.ts';
import type { ChatQuirks } from './quirks.ts';
import { NOT_OURS, signatureOf } from './signatures.ts';

/** A message of the wire; only the members that this converter writes, never what a caller's part holds besides. */
export interface WireMessage {
  readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
  readonly [member: string]: unknown;
}

const ID_RULES: Readonly<Record<Exclude<ChatQuirks['toolId'], 'any'>, ToolIdRule>> = {
  'max-40': { maxLength: 40, pattern: /^/ },
  'alphanumeric-9': { maxLength: 9, pattern: /^[a-zA-Z0-9]{9}$/ },
};

interface Conversion {
  readonly quirks: ChatQuirks;
  /** The family whose reasoning this model reads. */
  readonly family: string | undefined;
  readonly warnings: Warning[];
  readonly idOf: (id: string) => string;
  readonly nameOf: (name: string) => string;
  /** For turns without reasoning of their own: nothing where none is asked for. */
  readonly placeholder: string;
}

const forms = new WireMessageCache<WireMessage>();

/**
 * The transcript as wire messages. Each message depends on itself and its neighbours alone, so that the JSON of one
 * turn is a prefix of the next turn's: a prompt cache lives on that. What one without images and files becomes depends
 * on itself alone, and is kept.
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
  const conversion: Conversion = { quirks, family, warnings, idOf, nameOf, placeholder };
  const known = forms.forRequest(quirks, `${family ?? ''} ${placeholder} ${key}`, idOf);
  const wire: WireMessage[] = [];
  let images: UserPart[] = [];
  for (const message of request.messages) {
    if (message.role !== 'tool') images = pushImages(wire, images);
    let form = known.get(message);
    if (form === undefined) known.set(message, (form = messageToWire(message, images, conversion)));
    for (const one of form) wire.push(one);
  }
  pushImages(wire, images);
  return quirks.afterTools === 'assistant' ? answered(wire, warnings) : wire;
}

/** With a turn of the model wherever a user speaks right after tools. */
function answered(wire: WireMessage[], warnings: Warning[]): WireMessage[] {
  const isGap = ({ role }: WireMessage, at: number): boolean =>
    role === 'user' && wire[at - 1]?.role === 'tool';
  if (!wire.some(isGap)) return wire;
  warnings.push({
    action: 'emulated',
    what: `"${BETWEEN}" as a turn of the model`,
    why: 'the server takes no user message right after the results of tools',
  });
  return wire.flatMap((message, at) =>
    isGap(message, at) ? [{ role: 'assistant', content: BETWEEN }, message] : [message],
  );
}

function messageToWire(
  message: TurnMessage,
  images: UserPart[],
  conversion: Conversion,
): readonly WireMessage[] {
  if (message.role === 'tool') return resultsToWire(message, images, conversion);
  if (message.role === 'user') return [userToWire(message, conversion.quirks)];
  // A turn of reasoning alone, or of nothing any more, says nothing to the wire, and some servers refuse it.
  return message.parts.some(speaks) ? [assistantToWire(message, conversion)] : [];
}

const speaks = (part: AssistantPart): boolean =>
  part.type === 'tool-call' || (part.type === 'text' && part.text !== '');

function userToWire({ parts }: UserMessage, quirks: ChatQuirks): WireMessage {
  const [first] = parts;
  if (parts.length === 1 && first?.type === 'text') return { role: 'user', content: first.text };
  if (quirks.content === 'string') return { role: 'user', content: textOf(parts, '\n\n') };
  return { role: 'user', content: parts.map(partToWire) };
}

function partToWire(part: UserPart): unknown {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text };
    case 'image':
      return { type: 'image_url', image_url: { url: dataUrl(part.mediaType, part.bytes) } };
    case 'file':
      refuseFilm(part);
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

/** `wav` and `mp3` at OpenAI (2026-11); servers that decode by themselves know others by their subtype. */
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

const dataUrl = (mediaType: string, bytes: Uint8Array): string =>
  `data:${mediaType};base64,${toBase64(bytes)}`;

function assistantToWire({ parts }: AssistantMessage, conversion: Conversion): WireMessage {
  const { quirks, idOf, nameOf, family } = conversion;
  const text = textOf(parts, '');
  const calls = parts
    .filter((part) => part.type === 'tool-call')
    .map((part, at) => ({
      id: idOf(part.id),
      type: 'function',
      function: { name: nameOf(part.name), arguments: argumentsOf(part.args) },
      ...(quirks.callSignature === 'required' && at === 0 ? NOT_OURS : undefined),
      ...signatureOf(part, family),
    }));
  return {
    role: 'assistant',
    ...contentOf(text, calls.length > 0, quirks),
    ...ownReasoning(parts, conversion),
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
 * Reasoning that this very model wrote; what another one wrote is never sent. Some servers refuse a turn without the
 * field, and an empty one too: they get the placeholder, after a failover as well.
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

/** Images go to `images`: they follow later. */
function resultsToWire(
  { parts }: ToolMessage,
  images: UserPart[],
  conversion: Conversion,
): readonly WireMessage[] {
  return parts.map((result) => {
    const pictures = result.content.filter((part): part is ImagePart => part.type === 'image');
    if (pictures.length > 0) {
      images.push({ type: 'text', text: `Images of the result of ${result.name}:` }, ...pictures);
      conversion.warnings.push({
        action: 'coerced',
        what: `images of the result of ${result.name}`,
        why: 'a tool message holds text alone: they follow in a user message',
      });
    }
    return resultToWire(result, pictures.length > 0, conversion);
  });
}

/** The wire has no error flag: the text says it. */
const ERROR_PREFIX = 'ERROR: ';

function resultToWire(
  result: ToolResultPart,
  hasImages: boolean,
  { quirks, idOf, nameOf }: Conversion,
): WireMessage {
  const text = textOf(result.content, '\n');
  const content = text === '' && hasImages ? 'See the images below.' : text;
  return {
    role: 'tool',
    tool_call_id: idOf(result.callId),
    ...(quirks.toolResultName ? { name: nameOf(result.name) } : undefined),
    content: result.isError === true ? ERROR_PREFIX + content : content,
  };
}

/** Images follow the last of a run of tool messages: the wire wants no other role between them. */
function pushImages(wire: WireMessage[], images: UserPart[]): UserPart[] {
  if (images.length === 0) return images;
  wire.push({ role: 'user', content: images.map(partToWire) });
  return [];
}

const textOf = (parts: readonly { readonly type: string }[], separator: string): string =>
  parts
    .filter((part): part is TextPart => part.type === 'text')
    .map(({ text }) => text)
    .join(separator);
