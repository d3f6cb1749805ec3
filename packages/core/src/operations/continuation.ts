import type { ModelEvent } from '../contract/event.ts';
import type { ShownPart } from '../stream/answer.ts';
import type { Warning } from '../contract/response.ts';
import type { Joined, Joint } from '../stream/joint.ts';

type Of<Type extends ModelEvent['type']> = Extract<ModelEvent, { type: Type }>;

/**
 * One model's events as those of an answer that another one began: its first text goes on with the text that is open, its
 * other parts come behind those that are there.
 */
export class Continuation {
  private readonly joint: Joint | undefined;
  /** The text that is open: under its index the first text goes on. */
  private readonly open: { readonly index: number; readonly text: string } | undefined;
  private next: number;
  /** Of the model's parts: under which index each is shown. */
  private readonly indexes = new Map<number, number>();
  /** The model's index of its first text. */
  private first: number | undefined;
  private isJoined = false;
  /** What the first text has given, without what it repeated. */
  private given = '';

  /** @param joint `undefined` where the model continues the text itself: nothing of its text is removed */
  constructor(parts: readonly ShownPart[], joint: Joint | undefined) {
    this.joint = joint;
    this.next = parts.reduce((most, { index }) => Math.max(most, index + 1), 0);
    const open = parts.findLast(({ part, isOpen }) => isOpen && part.type === 'text');
    this.open = open?.part.type === 'text' ? { index: open.index, text: open.part.text } : undefined;
  }

  take(event: ModelEvent): readonly ModelEvent[] {
    switch (event.type) {
      case 'start':
      case 'warning':
        return [event];
      case 'part-start':
        return this.begun(event);
      case 'text-delta':
        return event.index === this.firstText(event.index)
          ? this.shown(event.index, this.joint?.push(event.text) ?? { text: event.text, removed: '' })
          : [{ ...event, index: this.indexOf(event.index) }];
      case 'part-end':
        return event.index === this.first
          ? this.ended(event)
          : [{ ...event, index: this.indexOf(event.index) }];
      case 'finish':
        return this.first === undefined ? [...this.closed(), event] : [event];
      default:
        return [{ ...event, index: this.indexOf(event.index) }];
    }
  }

  private begun(event: Of<'part-start'>): readonly ModelEvent[] {
    if (event.part.type === 'text') {
      this.firstText(event.index);
      if (event.index === this.first && this.open !== undefined) return [];
    }
    return [{ ...event, index: this.indexOf(event.index) }];
  }

  /** Some send text without saying that a part begins. */
  private firstText(index: number): number {
    if (this.first === undefined) {
      this.first = index;
      if (this.open !== undefined) this.indexes.set(index, this.open.index);
    }
    return this.first;
  }

  private shown(index: number, { text, removed }: Joined): readonly ModelEvent[] {
    this.given += text;
    const events: ModelEvent[] = [];
    if (removed !== '') events.push({ type: 'warning', warning: removal(removed) });
    if (text !== '') events.push({ type: 'text-delta', index: this.indexOf(index), text });
    return events;
  }

  private ended({ index }: Of<'part-end'>): readonly ModelEvent[] {
    if (this.isJoined) return [];
    this.isJoined = true;
    const rest = this.joint === undefined ? [] : this.shown(index, this.joint.end());
    const text = (this.open?.text ?? '') + this.given;
    return [...rest, { type: 'part-end', index: this.indexOf(index), part: { type: 'text', text } }];
  }

  /** The model had nothing to add. */
  private closed(): readonly ModelEvent[] {
    if (this.open === undefined) return [];
    const { index, text } = this.open;
    return [{ type: 'part-end', index, part: { type: 'text', text } }];
  }

  private indexOf(index: number): number {
    const known = this.indexes.get(index);
    if (known !== undefined) return known;
    this.indexes.set(index, this.next);
    return this.next++;
  }
}

const removal = (text: string): Warning => ({
  action: 'dropped',
  what: 'repeated text',
  why: `the continuation began with an introduction or a repetition, which was left out: ${JSON.stringify(text)}`,
});
