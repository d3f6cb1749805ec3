import type { AssistantMessage, AssistantPart, TurnMessage } from '../types/messages.ts';
import type { Warning } from '../types/response.ts';
import { fnv1a } from '../util/bytes.ts';
import { isReadable } from './history.ts';

/**
 * Keeps only the tokens that this model can read. Reasoning without a readable token goes as a whole, and so does what ran at
 * the vendor: no vendor takes another's, and its text is nobody else's to see.
 */
export function dropForeignReplay(
  messages: readonly TurnMessage[],
  families: readonly string[],
  target: string,
): { readonly messages: readonly TurnMessage[]; readonly warnings: readonly Warning[] } {
  if (messages.every((message) => isReadable(message, families))) return { messages, warnings: [] };
  const kept = messages.map((message): TurnMessage =>
    message.role !== 'assistant' || isReadable(message, families) ? message : stripped(message, families),
  );
  return { messages: kept, warnings: warningsFor(messages, families, target) };
}

function warningsFor(
  messages: readonly TurnMessage[],
  families: readonly string[],
  target: string,
): readonly Warning[] {
  const lost = messages
    .flatMap((message) => (message.role === 'assistant' ? message.parts : []))
    .filter((part) => {
      const [left] = readable(part, families);
      return left === undefined || (left.replay === undefined && part.replay !== undefined);
    });
  const isOfTool = ({ type }: AssistantPart): boolean => type === 'vendor';
  return [
    ...(lost.every(isOfTool)
      ? []
      : [dropped('replay of foreign reasoning', `${target} cannot read ${TOKENS}`)]),
    ...(lost.some(isOfTool) ? [dropped('what ran at another vendor', `${target} cannot read it`)] : []),
  ];
}

const TOKENS = "what another model's reasoning or its tokens say";
const dropped = (what: string, why: string): Warning => ({ action: 'dropped', what, why });

/** By what can be read, and then by the turn: a wire that gets the same object again need not convert it again. */
const known = new WeakMap<readonly string[], WeakMap<AssistantMessage, Stripped>>();

interface Stripped {
  readonly left: AssistantMessage;
  /** What the turn held then. */
  readonly values: readonly unknown[];
}

function stripped(message: AssistantMessage, families: readonly string[]): AssistantMessage {
  const before = known.get(families) ?? new WeakMap<AssistantMessage, Stripped>();
  known.set(families, before);
  const found = before.get(message);
  if (found !== undefined && hasSameValues(message, found.values)) return found.left;
  const parts = message.parts.flatMap((part) => readable(part, families));
  const left: AssistantMessage = { role: 'assistant', parts };
  before.set(message, { left, values: messageValues(message) });
  return left;
}

function readable(part: AssistantPart, families: readonly string[]): readonly AssistantPart[] {
  const { replay } = part;
  if (replay !== undefined) {
    const family = currentFamily(replay.family);
    if (families.includes(family))
      return [family === replay.family ? part : { ...part, replay: { ...replay, family } }];
  }
  if (part.type === 'reasoning' || part.type === 'vendor') return [];
  if (part.replay === undefined) return [part];
  const { replay: _foreign, ...rest } = part;
  return [rest];
}

/**
 * Who can read a replay token. `claude` on every platform that serves it with its signatures; Gemini by model line;
 * encrypted OpenAI reasoning only at the origin and account that issued it. One file, so that two packages that
 * serve the same family agree.
 */
export const CLAUDE_FAMILY = 'claude';

/** What a Gemini model signed; `modelLine` is its id without version and date. */
export const geminiFamily = (modelLine: string): string => `gemini/${modelLine}`;

/** What a model behind Amazon's Converse wire issued that is nobody else's: the id without region and version. */
export const converseFamily = (modelLine: string): string => `converse/${modelLine}`;

/** `account` is the organisation or, where unknown, the provider's id. */
export const responsesFamily = (vendor: 'openai' | 'xai', origin: string, account: string): string =>
  `${vendor}@${digestOf(origin)}#${account}`;

/**
 * Plain reasoning text of a chat wire: only its own issuer may see it again. `upstream`: whose model a gateway asked,
 * where its ids tell.
 */
export const chatReasoningFamily = (providerId: string, baseURL: string, upstream?: string): string =>
  `chat-reasoning@${digestOf(baseURL)}#${providerId}${upstream === undefined ? '' : `/${upstream}`}`;

/**
 * A family as it is written now. Those in old transcripts hold the address itself, which stands for the same place; any other
 * is given back as it is.
 */
export const currentFamily = (family: string): string =>
  family.replace(/^(openai|xai|chat-reasoning)@([^#]*)(?=#)/, (whole, wire: string, place: string) =>
    DIGEST.test(place) ? whole : `${wire}@${digestOf(place)}`,
  );

/** Tokens go into transcripts, and transcripts to clients: the address is told apart there, and not told. */
const digestOf = (url: string): string => fnv1a(bare(url)).toString(16).padStart(8, '0');
const DIGEST = /^[\da-f]{8}$/;

/** Without userinfo and query: the same place, whatever key stands in its address. */
const bare = (url: string): string => url.replace(/\/\/[^/?#]*@/, '//').replace(/[?#].*$/, '');

/**
 * Messages are not to be changed, but nothing stops a program that trims an old tool result in place, and sending the
 * old text then would be silent. A look at the parts and their texts is all it takes: what is the same is compared by
 * its address. Arguments that are changed within are not seen.
 */
function everyValue({ parts }: TurnMessage, test: (value: unknown) => boolean): boolean {
  for (const part of parts) {
    if (!test(part)) return false;
    if (part.type === 'text' || part.type === 'reasoning') {
      if (!test(part.text)) return false;
    } else if (part.type === 'tool-call') {
      if (!test(part.args)) return false;
    } else if (part.type === 'tool-result') {
      for (const piece of part.content)
        if (!test(piece) || (piece.type === 'text' && !test(piece.text))) return false;
    }
  }
  return true;
}

/** What `hasSameValues` compares with later. */
export function messageValues(message: TurnMessage): readonly unknown[] {
  const values: unknown[] = [];
  everyValue(message, (value) => values.push(value) > 0);
  return values;
}

/** Does the message still hold what it held when `valuesOf` looked? */
export function hasSameValues(message: TurnMessage, values: readonly unknown[]): boolean {
  let at = 0;
  return everyValue(message, (value) => value === values[at++]) && at === values.length;
}
