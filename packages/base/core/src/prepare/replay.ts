import type { AssistantMessage, AssistantPart, ToolResultPart, TurnMessage } from '../types/messages.ts';
import type { Warning } from '../types/response.ts';
import { fnv1a } from '../util/bytes.ts';
import { isReadable } from './history.ts';

/** Removes replay tokens that the model cannot read, and the reasoning, vendor parts and generated media that depend on them. */
export function dropForeignReplay(
  messages: readonly TurnMessage[],
  families: readonly string[],
  target: string,
): { readonly messages: readonly TurnMessage[]; readonly warnings: readonly Warning[] } {
  if (messages.every((message) => isReadable(message, families))) return { messages, warnings: [] };
  const readableMessages = messages.map((message): TurnMessage =>
    message.role !== 'assistant' || isReadable(message, families) ? message : strip(message, families),
  );
  return { messages: readableMessages, warnings: warningsFor(messages, families, target) };
}

function warningsFor(
  messages: readonly TurnMessage[],
  families: readonly string[],
  target: string,
): readonly Warning[] {
  const removed = messages
    .flatMap((message) => (message.role === 'assistant' ? message.parts : []))
    .filter((part) => {
      // Reasoning without a token is for the reader only: no model accepts it, also not the one that wrote it.
      if (part.type === 'reasoning' && part.replay === undefined) return false;
      const [readable] = readableParts(part, families);
      return readable === undefined || (readable.replay === undefined && part.replay !== undefined);
    });
  const reasons = new Set(removed.map(reasonOf));
  return REASONS.filter(({ reason }) => reasons.has(reason)).map(({ what, why }) =>
    dropWarning(what, `${target} ${why}`),
  );
}

type Reason = 'token' | 'vendor' | 'media';

/** Warnings about removed parts and tokens. */
const REASONS: readonly { readonly reason: Reason; readonly what: string; readonly why: string }[] = [
  {
    reason: 'token',
    what: 'replay of foreign reasoning',
    why: "cannot read another model's reasoning or tokens",
  },
  { reason: 'vendor', what: 'parts that ran at another vendor', why: 'cannot read them' },
  { reason: 'media', what: 'generated images and audio', why: 'does not accept them in a turn of the model' },
];

function reasonOf(part: AssistantPart): Reason {
  if (part.type === 'vendor') return 'vendor';
  return part.type === 'image' || part.type === 'audio' ? 'media' : 'token';
}

const dropWarning = (what: string, why: string): Warning => ({ action: 'dropped', what, why });

/**
 * Stripped turns by families and original turn, because wires cache converted messages by identity. A model has the same list of
 * families for all its requests.
 */
const cache = new WeakMap<readonly string[], WeakMap<AssistantMessage, Stripped>>();

interface Stripped {
  readonly stripped: AssistantMessage;
  /** Values of the turn at the time when it was stripped. */
  readonly values: readonly unknown[];
}

function strip(message: AssistantMessage, families: readonly string[]): AssistantMessage {
  const byMessage = cache.get(families) ?? new WeakMap<AssistantMessage, Stripped>();
  cache.set(families, byMessage);
  const found = byMessage.get(message);
  if (found !== undefined && hasSameValues(message, found.values)) return found.stripped;
  const parts = message.parts.flatMap((part) => readableParts(part, families));
  const stripped: AssistantMessage = { role: 'assistant', parts };
  byMessage.set(message, { stripped, values: messageValues(message) });
  return stripped;
}

function readableParts(part: AssistantPart, families: readonly string[]): readonly AssistantPart[] {
  if (part.replay !== undefined && families.includes(part.replay.family)) return [part];
  if (part.type !== 'text' && part.type !== 'tool-call') return [];
  if (part.replay === undefined) return [part];
  if (part.type === 'text') {
    const { replay: _foreign, ...rest } = part;
    return [rest];
  }
  // Without the part of its program, which is removed as well, the call is a call of the model.
  const { replay: _foreign, programId: _program, ...rest } = part;
  return [rest];
}

/** Family of Claude's replay tokens, on every platform that serves Claude. Several packages use the families of this file. */
export const CLAUDE_FAMILY = 'claude';

/** Returns the family of a Gemini model. `modelLine` is the model id without version and date. */
export const geminiFamily = (modelLine: string): string => `gemini/${modelLine}`;

/** Returns the family of a model of Amazon's Converse API. `modelLine` is the model id without region and version. */
export const converseFamily = (modelLine: string): string => `converse/${modelLine}`;

/** Returns the family of encrypted reasoning of one origin and account. `account` is the organization or the provider's id. */
export const responsesFamily = (vendor: 'openai' | 'xai', origin: string, account: string): string =>
  `${vendor}@${digestOf(origin)}#${account}`;

/** Returns the family of plain reasoning. Only its issuer receives such reasoning. `upstream` is the vendor behind a gateway. */
export const chatReasoningFamily = (providerId: string, baseURL: string, upstream?: string): string =>
  `chat-reasoning@${digestOf(baseURL)}#${providerId}${upstream === undefined ? '' : `/${upstream}`}`;

/** Returns a hash of a URL. Transcripts contain this hash instead of the URL, because clients may receive transcripts. */
const digestOf = (url: string): string => fnv1a(withoutCredentials(url)).toString(16).padStart(8, '0');

/** Removes the user information and the query of a URL, because these may contain a key. */
const withoutCredentials = (url: string): string => url.replace(/\/\/[^/?#]*@/, '//').replace(/[?#].*$/, '');

/** Returns the parts of a message with their texts and arguments, for `hasSameValues`. Members of arguments are not included. */
export function messageValues({ parts }: TurnMessage): readonly unknown[] {
  return parts.flatMap((part): unknown[] => {
    if (part.type === 'tool-result' || part.type === 'vendor-result')
      return [part, ...part.content.flatMap((piece) => [piece, valueOf(piece)])];
    return [part, valueOf(part)];
  });
}

/**
 * Whether a message has the same values as when `messageValues` was called. Detects that an application modified a message.
 * Without this check, the cached text of the original message would be sent.
 */
export function hasSameValues({ parts }: TurnMessage, values: readonly unknown[]): boolean {
  let at = 0;
  for (const part of parts) {
    if (part !== values[at++]) return false;
    if (part.type === 'tool-result' || part.type === 'vendor-result') {
      for (const piece of part.content)
        if (piece !== values[at++] || valueOf(piece) !== values[at++]) return false;
    } else if (valueOf(part) !== values[at++]) return false;
  }
  return at === values.length;
}

function valueOf(part: TurnMessage['parts'][number] | ToolResultPart['content'][number]): unknown {
  if (part.type === 'text' || part.type === 'reasoning') return part.text;
  return part.type === 'tool-call' || part.type === 'vendor-call' ? part.args : undefined;
}
