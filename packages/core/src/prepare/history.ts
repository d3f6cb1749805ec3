import type {
  AssistantMessage,
  AssistantPart,
  Part,
  ToolCallPart,
  ToolMessage,
  ToolResultPart,
  TurnMessage,
} from '../types/messages.ts';
import type { Warning } from '../types/response.ts';

const INTERRUPTED = [{ type: 'text', text: 'This call was interrupted: it has no result.' }] as const;

/**
 * Makes every tool call have exactly one result, right after its turn and in call order: missing results say that the
 * call was interrupted, results without a call go, and a call id used twice gets a number. Idempotent; the result for
 * a prefix of the history is a prefix of the result, so that prompt caches stay warm.
 */
export function repairHistory(messages: readonly TurnMessage[]): {
  readonly messages: readonly TurnMessage[];
  readonly warnings: readonly Warning[];
} {
  if (isSound(messages)) return { messages, warnings: [] };
  const repair = new Repair();
  for (let at = 0; at < messages.length;) at = repair.turn(messages, at);
  return { messages: repair.messages, warnings: repair.warnings() };
}

class Repair {
  readonly messages: TurnMessage[] = [];
  /** Ids, and how often each was wanted. */
  private readonly seen = new Map<string, number>();
  private interrupted = 0;
  private orphans = 0;

  /** Takes one message, or an assistant's turn with its results; returns where the next begins. */
  turn(messages: readonly TurnMessage[], at: number): number {
    const message = messages[at];
    if (message === undefined) return at + 1;
    if (message.role === 'tool') {
      this.orphans += message.parts.length;
      return at + 1;
    }
    if (message.role !== 'assistant' || message.parts.every(({ type }) => type !== 'tool-call')) {
      this.messages.push(message);
      return at + 1;
    }
    let end = at + 1;
    while (end < messages.length && messages[end]?.role !== 'assistant') end++;
    this.calls(message, messages.slice(at + 1, end));
    return end;
  }

  private calls(message: AssistantMessage, following: readonly TurnMessage[]): void {
    const { parts } = message;
    const results = following.flatMap((message) => (message.role === 'tool' ? message.parts : []));
    /** By the ids of their calls, the last one first. */
    const left = new Map<string, ToolResultPart[]>();
    for (const result of results.reverse()) {
      const same = left.get(result.callId);
      if (same === undefined) left.set(result.callId, [result]);
      else same.push(result);
    }
    this.orphans += results.length;
    const answers: ToolResultPart[] = [];
    const unique = parts.map((part) => {
      if (part.type !== 'tool-call') return part;
      const result = left.get(part.id)?.pop();
      if (result === undefined) this.interrupted++;
      else this.orphans--;
      const id = this.uniqueId(part.id);
      answers.push(answer(part, id, result));
      return id === part.id ? part : { ...part, id };
    });
    const { turn, results: own } = pairOf(message, following[0], unique, answers);
    this.messages.push(turn, own);
    for (const each of following) if (each.role !== 'tool') this.messages.push(each);
  }

  private uniqueId(id: string): string {
    let unique = id;
    let n = this.seen.get(id) ?? 1;
    while (this.seen.has(unique)) unique = `${id}_${++n}`;
    this.seen.set(unique, 1).set(id, n);
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

/** What became of a turn and its results before. */
const repaired = new WeakMap<AssistantMessage, Pair>();

/** A turn with these parts and results; the same objects as before where nothing differs: wires know them by identity. */
function pairOf(
  turn: AssistantMessage,
  next: TurnMessage | undefined,
  parts: readonly AssistantPart[],
  results: readonly ToolResultPart[],
): Pair {
  const before = repaired.get(turn);
  const given = next?.role === 'tool' ? next : undefined;
  const pair: Pair = {
    turn: made(turn, parts) ?? made(before?.turn, parts) ?? { role: 'assistant', parts },
    results: made(given, results) ?? made(before?.results, results) ?? { role: 'tool', parts: results },
  };
  repaired.set(turn, pair);
  return pair;
}

/** The message, if it is made of these parts. */
function made<M extends TurnMessage>(message: M | undefined, parts: readonly Part[]): M | undefined {
  if (message?.parts.length !== parts.length) return undefined;
  return message.parts.every((part, at) => isAlike(part, parts[at])) ? message : undefined;
}

/** A part that was made again, with another id or in place of a missing result, has the same members as before. */
function isAlike(part: Part, other: Part | undefined): boolean {
  if (part === other || other === undefined) return part === other;
  const [members, others] = [Object.entries(part), Object.entries(other)];
  return (
    members.length === others.length &&
    members.every(([name, value], at) => others[at]?.[0] === name && others[at][1] === value)
  );
}

function answer(call: ToolCallPart, id: string, result: ToolResultPart | undefined): ToolResultPart {
  if (result !== undefined) return result.callId === id ? result : { ...result, callId: id };
  return { type: 'tool-result', callId: id, name: call.name, content: INTERRUPTED, isError: true };
}

/**
 * Has every tool call exactly one result, right after its turn and in call order? Nearly every history is like that: this
 * looks at it without making anything but one set, and that only for tool calls.
 */
function isSound(messages: readonly TurnMessage[]): boolean {
  let seen: Set<string> | undefined;
  for (let at = 0; at < messages.length; at++) {
    const message = messages[at];
    if (message?.role === 'tool') return false;
    if (message?.role !== 'assistant') continue;
    const next = messages[at + 1];
    const results = next?.role === 'tool' ? next.parts : undefined;
    let calls = 0;
    for (const part of message.parts) {
      if (part.type !== 'tool-call') continue;
      seen ??= new Set();
      if (seen.has(part.id) || results?.[calls]?.callId !== part.id) return false;
      seen.add(part.id);
      calls++;
    }
    if (calls === 0) continue;
    if (results?.length !== calls) return false;
    at++;
  }
  return true;
}

/** Can this model read all of its tokens? Most messages stay the same objects: caches downstream know them by identity. */
export function isReadable(message: TurnMessage, families: readonly string[]): boolean {
  if (message.role !== 'assistant') return true;
  return message.parts.every(({ type, replay }) =>
    replay === undefined ? type === 'text' || type === 'tool-call' : families.includes(replay.family),
  );
}
