import type { AssistantPart, ModelEvent, PartHead, StreamEvent } from '@majordomo/core';

/** Maximum length of a delta, in UTF-16 units. */
const MAX_DELTA = 32;

/** Streamed data of a part that differs from the complete part. */
export interface StreamedPart {
  /** Concatenation of the deltas. `@default` the text of the part */
  readonly text?: string | undefined;
  /** Whether the beginning of the part marked a refusal. `@default false` */
  readonly isRefusal?: boolean | undefined;
}

interface Part {
  head: PartHead | undefined;
  /** Text that has arrived and was not emitted. */
  text: string;
  /** Text that was emitted. */
  emitted: string;
  isStarted: boolean;
  end: AssistantPart | undefined;
}

/**
 * Converter of the events of parts to their canonical form, which depends neither on the vendor's chunks nor on the order in which
 * parallel parts arrive. Parts follow one another and are numbered from 0. Events of later parts are held back. Arguments of a tool
 * call are emitted when they are complete.
 */
export class CanonicalParts {
  /** Parts whose events differ from those that the complete part implies, by their number. */
  readonly streamed: Record<number, StreamedPart> = {};
  private readonly parts: (Part | undefined)[] = [];
  /** Index of the part that is being emitted, as the provider counts. */
  private current = 0;
  /** Number of parts that have ended. A part without an end is not part of the answer, so the next part gets its number. */
  private count = 0;

  /** Adds an event, and returns the events that can be emitted. Ignores events that do not belong to a part. */
  push(event: ModelEvent): readonly StreamEvent[] {
    if (!('index' in event)) return [];
    const part = (this.parts[event.index] ??= {
      head: undefined,
      text: '',
      emitted: '',
      isStarted: false,
      end: undefined,
    });
    if (event.type === 'part-start') part.head = event.part;
    else if (event.type === 'part-end') part.end = event.part;
    else if (event.type !== 'args-delta') {
      part.head ??= { type: event.type === 'text-delta' ? 'text' : 'reasoning' };
      part.text += event.text;
    }
    return this.emit(false);
  }

  /** Returns the events that were held back. */
  end(): readonly StreamEvent[] {
    return this.emit(true);
  }

  private emit(isEnd: boolean): readonly StreamEvent[] {
    const events: StreamEvent[] = [];
    while (this.current < this.parts.length) {
      const part = this.parts[this.current];
      if (part !== undefined) this.emitPart(part, events);
      if (part?.end === undefined && !isEnd) break;
      if (part?.end !== undefined) this.count++;
      this.current++;
    }
    return events;
  }

  /** Adds the events of a part that can be emitted now to `events`. */
  private emitPart(part: Part, events: StreamEvent[]): void {
    const { end } = part;
    const index = this.count;
    const head = part.head ?? (end && headOf(end));
    if (head !== undefined && !part.isStarted) {
      part.isStarted = true;
      // A part without deltas has the text of its end.
      if (part.head === undefined && end !== undefined && 'text' in end) part.text = end.text ?? '';
      events.push({ type: 'part-start', index, part: headEvent(head) });
    }
    if (end?.type === 'tool-call') {
      const json = end.invalid?.raw ?? JSON.stringify(end.args);
      for (const piece of piecesOf(json, true)) events.push({ type: 'args-delta', index, json: piece });
    } else if (head !== undefined && head.type !== 'tool-call') {
      for (const text of this.take(part)) events.push({ type: `${head.type}-delta`, index, text });
    }
    if (end === undefined) return;
    this.noteStreamed(part, end);
    events.push({ type: 'part-end', index, part: end });
  }

  /** Removes the pieces that can be emitted from the text of a part. */
  private take(part: Part): readonly string[] {
    const pieces = piecesOf(part.text, part.end !== undefined);
    const taken = pieces.join('');
    part.text = part.text.slice(taken.length);
    part.emitted += taken;
    return pieces;
  }

  private noteStreamed({ head, emitted }: Part, end: AssistantPart): void {
    if (end.type !== 'text' && end.type !== 'reasoning') return;
    const isRefusal = head?.type === 'text' && head.isRefusal === true ? true : undefined;
    const text = emitted === end.text ? undefined : emitted;
    if (isRefusal !== undefined || text !== undefined) this.streamed[this.count] = { text, isRefusal };
  }
}

/** Returns the beginning of a part that has only an end; `undefined` for parts that have no beginning. */
function headOf(part: AssistantPart): PartHead | undefined {
  if (part.type === 'text' || part.type === 'reasoning') return { type: part.type };
  if (part.type !== 'tool-call') return undefined;
  const { type, id, name } = part;
  return { type, id, name };
}

function headEvent(head: PartHead): PartHead {
  if (head.type !== 'text') return head;
  return head.isRefusal === true ? { type: 'text', isRefusal: true } : { type: 'text' };
}

/**
 * Cuts a text after each run of white space and after `MAX_DELTA` units, but not inside a surrogate pair. Omits the last piece, which
 * further text may extend, unless the text is complete.
 */
function piecesOf(text: string, isComplete: boolean): readonly string[] {
  const pieces: string[] = [];
  let start = 0;
  let wasSpace = false;
  for (let at = 0; at < text.length;) {
    const unit = text.charCodeAt(at);
    const isHigh = unit >= 0xd800 && unit <= 0xdbff;
    // The second half of a pair may follow in the next delta.
    if (isHigh && at + 1 === text.length && !isComplete) break;
    const next = isHigh ? text.charCodeAt(at + 1) : 0;
    const size = next >= 0xdc00 && next <= 0xdfff ? 2 : 1;
    const isSpace = isWhiteSpace(unit);
    const isWordStart = wasSpace && !isSpace;
    const wouldBeTooLong = at + size - start > MAX_DELTA;
    if (isWordStart || wouldBeTooLong) {
      pieces.push(text.slice(start, at));
      start = at;
    }
    wasSpace = isSpace;
    at += size;
  }
  if (isComplete && start < text.length) pieces.push(text.slice(start));
  return pieces;
}

/** Whether a unit is white space of ASCII. */
const isWhiteSpace = (unit: number): boolean => unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
