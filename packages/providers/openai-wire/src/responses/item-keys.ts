import type { OutputItem, ResponsesEvent } from './wire.ts';

/**
 * Identifies the item of an event by the index, otherwise by the item id. Gateways use one index for several consecutive items,
 * so an ended item is never continued. The ChatGPT and Copilot backends change the id of an open item (2026), so an event with an
 * unknown id belongs to the open item.
 */
export class ItemKeys {
  /** Keys by item id and by call id. */
  private readonly byId = new Map<unknown, string>();
  private readonly byIndex = new Map<number, string>();
  private readonly ended = new Set<string>();
  /** Key of the item that has begun last and not ended. */
  private open: string | undefined;
  /** Number of items so far that repeated the index of an ended item. */
  private count = 0;

  /**
   * Returns the key by which the item of an event is stored and continued. `item`: the complete item, if the event contains it.
   */
  keyOf({ output_index: index, item_id: id }: ResponsesEvent, item?: OutputItem): string {
    const key = typeof index === 'number' ? this.atIndex(index, item) : this.byItemId(id ?? item?.id, item);
    if (item !== undefined) this.remember(item, key);
    return key;
  }

  /** Returns the key of the call with this call id. */
  keyOfCall(id: unknown): string | undefined {
    return this.byId.get(id);
  }

  begin(key: string): void {
    if (!this.ended.has(key)) this.open = key;
  }

  end(key: string): void {
    this.ended.add(key);
    if (this.open === key) this.open = undefined;
  }

  private atIndex(index: number, item: OutputItem | undefined): string {
    const known = this.byIndex.get(index) ?? String(index);
    const isNext = item !== undefined && this.ended.has(known) && !this.isKnown(item, known);
    const key = isNext ? `${index}+${++this.count}` : known;
    this.byIndex.set(index, key);
    return key;
  }

  private byItemId(id: unknown, item: OutputItem | undefined): string {
    const known = this.byId.get(id) ?? this.byId.get(item?.call_id);
    const key = known ?? this.open ?? (typeof id === 'string' ? id : '0');
    this.setId(id, key);
    return key;
  }

  private isKnown({ id, call_id: call }: OutputItem, key: string): boolean {
    // An item without ids cannot be distinguished from the ended one.
    const ids = [id, call].filter(isId);
    return ids.length === 0 || ids.some((each) => this.byId.get(each) === key);
  }

  private remember({ id, call_id: call }: OutputItem, key: string): void {
    this.setId(id, key);
    this.setId(call, key);
  }

  /** Stores the key of an id. An event without an id belongs to the item that is open when the event arrives. */
  private setId(id: unknown, key: string): void {
    if (isId(id)) this.byId.set(id, key);
  }
}

/** Whether a value identifies an item. Some gateways send an empty id instead of none. */
const isId = (id: unknown): boolean => id !== undefined && id !== null && id !== '';
