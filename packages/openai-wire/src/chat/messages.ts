import type {
  AssistantMessage,
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
import { asGiven, toBase64, toolIds, wellFormed, WireForms, type ToolIdRule } from '@majordomo/core/provider';
import { detailsToWire } from './details.ts';
import type { ChatQuirks } from './quirks.ts';

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
  /** For turns without reasoning of their own: nothing where none is asked for. */
  readonly placeholder: string;
}

const forms = new WireForms<WireMessage>();

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
  const idOf = quirks.toolId === 'any' ? asGiven : toolIds(request.messages, ID_RULES[quirks.toolId]);
  const placeholder = request.reasoning === 'none' ? '' : quirks.reasoningPlaceholder;
  const conversion: Conversion = { quirks, family, warnings, idOf, placeholder };
  const known = forms.of(quirks, `${family ?? ''} ${placeholder}`, idOf);
  const wire: WireMessage[] = [];
  let images: UserPart[] = [];
  for (const message of request.messages) {
    if (message.role !== 'tool') images = pushImages(wire, images);
    let form = known.find(message);
    if (form === undefined) known.keep(message, (form = messageToWire(message, images, conversion)));
    for (const one of form) wire.push(one);
  }
  pushImages(wire, images);
  return wire;
}

function messageToWire(
  message: TurnMessage,
  images: UserPart[],
  conversion: Conversion,
): readonly WireMessage[] {
  if (message.role === 'tool') return resultsToWire(message, images, conversion);
  return [
    message.role === 'user' ? userToWire(message, conversion.quirks) : assistantToWire(message, conversion),
  ];
}

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
      return {
        type: 'file',
        file: { filename: part.name ?? 'file', file_data: dataUrl(part.mediaType, part.bytes) },
      };
    default:
      return part satisfies never;
  }
}

const dataUrl = (mediaType: string, bytes: Uint8Array): string =>
  `data:${mediaType};base64,${toBase64(bytes)}`;

function assistantToWire({ parts }: AssistantMessage, conversion: Conversion): WireMessage {
  const { quirks, idOf } = conversion;
  const text = textOf(parts, '');
  const calls = parts.flatMap((part) =>
    part.type !== 'tool-call'
      ? []
      : [
          {
            id: idOf(part.id),
            type: 'function',
            function: { name: part.name, arguments: argumentsOf(part.args) },
          },
        ],
  );
  return {
    role: 'assistant',
    ...contentOf(text, calls.length > 0, quirks),
    ...ownReasoning(parts, conversion),
    ...(calls.length > 0 ? { tool_calls: calls } : undefined),
  };
}

const NONE: readonly never[] = [];

const argumentsOf = (args: object): string => wellFormed(JSON.stringify(args));

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

function resultToWire(result: ToolResultPart, hasImages: boolean, { quirks, idOf }: Conversion): WireMessage {
  const text = textOf(result.content, '\n');
  const content = text === '' && hasImages ? 'See the images below.' : text;
  return {
    role: 'tool',
    tool_call_id: idOf(result.callId),
    ...(quirks.toolResultName ? { name: result.name } : undefined),
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
