import type {
  AssistantMessage,
  AssistantPart,
  CallPart,
  Part,
  ResultPart,
  ToolMessage,
  TurnMessage,
} from '../types/messages.ts';
import type { Warning } from '../types/response.ts';

const INTERRUPTED = [{ type: 'text', text: 'This call was interrupted: it has no result.' }] as const;

/**
 * Gives each tool call exactly one result, right after the turn of the call and in the order of the calls. A missing result is
 * replaced by one that reports an interruption, a result without a call is removed, and a number is appended to a duplicate call
 * id. Repairing a prefix of the history returns a prefix of the repaired history, so that prompt caches match.
 */
export function repairHistory(messages: readonly TurnMessage[]): {
  readonly messages: readonly TurnMessage[];
  readonly warnings: readonly Warning[];
} {
  if (isComplete(messages)) return { messages, warnings: [] };
  const repair = new HistoryRepair();
  for (let at = 0; at < messages.length;) at = repair.repairNext(messages, at);
  return { messages: repair.messages, warnings: repair.warnings() };
}

/** Whether a part requires a result. A vendor call without a result is text before the history is repaired. */
const isCall = (part: AssistantPart): part is CallPart =>
  part.type === 'tool-call' || part.type === 'vendor-call';

class HistoryRepair {
  readonly messages: TurnMessage[] = [];
  /** Last number that was appended to each duplicate id. */
  private readonly ids = new Map<string, number>();
  private interrupted = 0;
  private orphans = 0;

  /** Repairs a message, or an assistant turn with its results. Returns the position of the next message. */
  repairNext(messages: readonly TurnMessage[], at: number): number {
    const message = messages[at];
    if (message === undefined) return at + 1;
    if (message.role === 'tool') {
      this.orphans += message.parts.length;
      return at + 1;
    }
    if (message.role !== 'assistant' || !message.parts.some(isCall)) {
      this.messages.push(message);
      return at + 1;
    }
    let end = at + 1;
    while (end < messages.length && messages[end]?.role !== 'assistant') end++;
    this.repairCalls(message, messages.slice(at + 1, end));
    return end;
  }

  private repairCalls(message: AssistantMessage, following: readonly TurnMessage[]): void {
    const { parts } = message;
    const results = following.flatMap((message) => (message.role === 'tool' ? message.parts : []));
    /** Results by call id. The last result of each call is the first in its list. */
    const resultsByCall = new Map<string, ResultPart[]>();
    for (const result of results.reverse()) {
      const same = resultsByCall.get(result.callId);
      if (same === undefined) resultsByCall.set(result.callId, [result]);
      else same.push(result);
    }
    // Each result is an orphan until a call takes it.
    this.orphans += results.length;
    const answers: ResultPart[] = [];
    const unique = parts.map((part) => {
      if (!isCall(part)) return part;
      const result = resultsByCall.get(part.id)?.pop();
      if (result === undefined) this.interrupted++;
      else this.orphans--;
      // The token of a vendor call contains its id, so the id does not change.
      const id = part.type === 'vendor-call' ? part.id : this.uniqueId(part.id);
      answers.push(resultFor(part, id, result));
      return id === part.id ? part : { ...part, id };
    });
    const { turn, results: own } = repairedPair(message, following[0], unique, answers);
    this.messages.push(turn, own);
    for (const each of following) if (each.role !== 'tool') this.messages.push(each);
  }

  private uniqueId(id: string): string {
    let unique = id;
    let n = this.ids.get(id) ?? 1;
    while (this.ids.has(unique)) unique = `${id}_${++n}`;
    this.ids.set(unique, 1).set(id, n);
    return unique;
  }

  warnings(): readonly Warning[] {
    const warnings: Warning[] = [];
    if (this.interrupted > 0) {
      warnings.push({
        action: 'repaired',
        what: 'history',
        why: `${this.interrupted} tool call(s) had no result`,
      });
    }
    if (this.orphans > 0) {
      warnings.push({
        action: 'dropped',
        what: 'history',
        why: `${this.orphans} tool result(s) had no call`,
      });
    }
    return warnings;
  }
}

interface Pair {
  readonly turn: AssistantMessage;
  readonly results: ToolMessage;
}

/** Repaired turns by the original turn. */
const repairedTurns = new WeakMap<AssistantMessage, Pair>();

/** Returns a turn and its results. Reuses the objects of an earlier repair, because wires cache messages by identity. */
function repairedPair(
  turn: AssistantMessage,
  next: TurnMessage | undefined,
  parts: readonly AssistantPart[],
  results: readonly ResultPart[],
): Pair {
  const earlier = repairedTurns.get(turn);
  const nextResults = next?.role === 'tool' ? next : undefined;
  const pair: Pair = {
    turn: reusable(turn, parts) ?? reusable(earlier?.turn, parts) ?? { role: 'assistant', parts },
    results: reusable(nextResults, results) ??
      reusable(earlier?.results, results) ?? { role: 'tool', parts: results },
  };
  repairedTurns.set(turn, pair);
  return pair;
}

/** Returns the message if its parts are equal to `parts`; otherwise `undefined`. */
function reusable<M extends TurnMessage>(message: M | undefined, parts: readonly Part[]): M | undefined {
  if (message?.parts.length !== parts.length) return undefined;
  return message.parts.every((part, at) => hasSameMembers(part, parts[at])) ? message : undefined;
}

/** Whether two parts have identical members. Parts of repeated repairs are equal, but different objects. */
function hasSameMembers(part: Part, other: Part | undefined): boolean {
  if (part === other || other === undefined) return part === other;
  const members = Object.entries(part);
  const others = Object.entries(other);
  return (
    members.length === others.length &&
    members.every(([name, value], at) => others[at]?.[0] === name && others[at][1] === value)
  );
}

function resultFor(call: CallPart, id: string, result: ResultPart | undefined): ResultPart {
  if (result !== undefined) return result.callId === id ? result : { ...result, callId: id };
  return { type: 'tool-result', callId: id, name: call.name, content: INTERRUPTED, isError: true };
}

/** Whether a history needs no repair. This check runs for every request, so it allocates at most one set. */
function isComplete(messages: readonly TurnMessage[]): boolean {
  let ids: Set<string> | undefined;
  for (let at = 0; at < messages.length; at++) {
    const message = messages[at];
    if (message?.role === 'tool') return false;
    if (message?.role !== 'assistant') continue;
    const next = messages[at + 1];
    const results = next?.role === 'tool' ? next.parts : undefined;
    let calls = 0;
    for (const part of message.parts) {
      if (!isCall(part)) continue;
      ids ??= new Set();
      if (ids.has(part.id) || results?.[calls]?.callId !== part.id) return false;
      ids.add(part.id);
      calls++;
    }
    if (calls === 0) continue;
    if (results?.length !== calls) return false;
    at++;
  }
  return true;
}

/** Whether models of these families can read all parts of a message. Reasoning and vendor parts need a readable replay token. */
export function isReadable(message: TurnMessage, families: readonly string[]): boolean {
  if (message.role !== 'assistant') return true;
  return message.parts.every(({ type, replay }) =>
    replay === undefined ? type === 'text' || type === 'tool-call' : families.includes(replay.family),
  );
}
