import type {
  AssistantMessage,
  AssistantPart,
  Message,
  ResultPart,
  ResultPiece,
  TextPart,
  TurnMessage,
  UserTurnPart,
  VendorCallPart,
  VendorResultPart,
} from '../types/messages.ts';
import type { Warning } from '../types/response.ts';

/**
 * Converts the calls that wait for the client, and their results, to text, unless the turn of the call is followed by its result and
 * the model can read its token. A result that follows a later turn becomes text. Removes further results of a call.
 */
export function fitVendorCalls(
  messages: readonly TurnMessage[],
  families: readonly string[],
  target: string,
): { readonly messages: readonly TurnMessage[]; readonly warnings: readonly Warning[] } {
  if (messages.every((message) => !hasVendorCalls(message))) return { messages, warnings: [] };
  const fitter = new VendorCallFitter(families);
  const fitted = messages.flatMap((message, at) => fitter.fit(message, at, messages));
  return { messages: fitted, warnings: fitter.warnings(target) };
}

/** Whether a message contains a call that waits for the client, or the result of one. */
export const hasVendorCalls = ({ parts }: Message | TurnMessage): boolean =>
  parts.some(({ type }) => type === 'vendor-call' || type === 'vendor-result');

class VendorCallFitter {
  private readonly families: readonly string[];
  /** First result of each call of the last turn, by call id. A vendor may use an id again in another turn. */
  private results: ReadonlyMap<string, VendorResultPart> = new Map();
  /** Ids of the calls of the last turn that are sent as calls. */
  private sentIds: ReadonlySet<string> = new Set();
  /** Ids of all calls that have a result so far. */
  private readonly answeredIds = new Set<string>();
  private hasForeign = false;
  private hasUnanswered = false;
  private repeated = 0;

  constructor(families: readonly string[]) {
    this.families = families;
  }

  fit(message: TurnMessage, at: number, messages: readonly TurnMessage[]): readonly TurnMessage[] {
    if (message.role === 'assistant') return [this.fitTurn(message, at, messages)];
    return message.role === 'tool' && hasVendorCalls(message) ? this.fitResults(message.parts) : [message];
  }

  warnings(target: string): readonly Warning[] {
    const { repeated } = this;
    const warnings: Warning[] = [];
    if (this.hasForeign) warnings.push(textWarning(`${target} cannot read the calls of another vendor`));
    if (this.hasUnanswered) warnings.push(textWarning(`${target} would reject a call without a result`));
    if (repeated > 0) {
      const why = `${repeated} result(s) of calls that wait for the client repeat an earlier result`;
      warnings.push({ action: 'dropped', what: 'history', why });
    }
    return warnings;
  }

  private fitTurn(turn: AssistantMessage, at: number, messages: readonly TurnMessage[]): AssistantMessage {
    const calls = turn.parts.filter((part) => part.type === 'vendor-call');
    this.results = firstResults(calls, messages, at + 1);
    const { results, families } = this;
    const isReadable = ({ replay }: VendorCallPart): boolean => families.includes(replay.family);
    const sent = calls.filter((call) => results.has(call.id) && isReadable(call));
    this.sentIds = new Set(sent.map(({ id }) => id));
    this.hasForeign ||= !calls.every(isReadable);
    this.hasUnanswered ||= !calls.every(({ id }) => results.has(id));
    if (sent.length === calls.length) return turn;
    const parts = turn.parts.map((part): AssistantPart =>
      part.type === 'vendor-call' && !sent.includes(part) ? vendorCallText(part) : part,
    );
    return { role: 'assistant', parts };
  }

  private fitResults(parts: readonly ResultPart[]): readonly TurnMessage[] {
    const sent: ResultPart[] = [];
    const texts: UserTurnPart[] = [];
    for (const part of parts) {
      if (part.type === 'tool-result') {
        sent.push(part);
        continue;
      }
      const isRepeated = this.isRepeated(part);
      this.answeredIds.add(part.callId);
      if (isRepeated) this.repeated++;
      else if (this.sentIds.has(part.callId)) sent.push(part);
      else texts.push(...vendorResultParts(part));
    }
    return [
      ...(sent.length === 0 ? [] : [{ role: 'tool', parts: sent } as const]),
      ...(texts.length === 0 ? [] : [{ role: 'user', parts: texts } as const]),
    ];
  }

  private isRepeated(part: VendorResultPart): boolean {
    const { callId } = part;
    const first = this.results.get(callId);
    // The last turn may have no such call. The result is then repeated if an earlier one answered the call.
    return first === undefined ? this.answeredIds.has(callId) : first !== part;
  }
}

const textWarning = (why: string): Warning => ({
  action: 'coerced',
  what: 'calls that wait for the client',
  why: `${why}; the calls and results are sent as text`,
});

/** Returns the first result of each call from `start` up to the next turn of the model. */
function firstResults(
  calls: readonly VendorCallPart[],
  messages: readonly TurnMessage[],
  start: number,
): ReadonlyMap<string, VendorResultPart> {
  const ids = new Set(calls.map(({ id }) => id));
  const results = new Map<string, VendorResultPart>();
  for (let at = start; ids.size > 0 && at < messages.length; at++) {
    const message = messages[at];
    if (message?.role === 'assistant') break;
    if (message?.role !== 'tool') continue;
    for (const part of message.parts)
      if (part.type === 'vendor-result' && ids.delete(part.callId)) results.set(part.callId, part);
  }
  return results;
}

/** Returns text that describes a call that waits for the client. */
export const vendorCallText = ({ name, args }: VendorCallPart): TextPart => ({
  type: 'text',
  text: `[${name} ${JSON.stringify(args)}]`,
});

/** Returns parts of a user message that describe the result of such a call. */
export function vendorResultParts(result: VendorResultPart): readonly UserTurnPart[] {
  const label = result.isError === true ? 'Error' : 'Result';
  return [{ type: 'text', text: `${label} of ${result.name}:` }, ...vendorResultPieces(result)];
}

/** Returns the content of a result, or its details as JSON if it has no content. */
export const vendorResultPieces = ({ content, output }: VendorResultPart): readonly ResultPiece[] =>
  content.length === 0 ? [{ type: 'text', text: JSON.stringify(output ?? {}) }] : content;
