import type { OutputItem, ResponsesEvent } from './wire.ts';

/**
 * Which item an event belongs to. By index; otherwise by the item's id. Gateways give several items one index, one after the
 * other, and the ChatGPT and Copilot backends change the id in the midst of an item (2026): an item that is over is not
 * gone on with, and an id that nobody has seen belongs to the item that is open.
 */
export class ItemKeys {
  /** By ids of items and of calls. */
  private readonly byId = new Map<unknown, string>();
  private readonly byIndex = new Map<number, string>();
  private readonly over = new Set<string>();
  private open: string | undefined;
  private count = 0;

  of({ output_index: index, item_id: id }: ResponsesEvent, item?: OutputItem): string {
    const key = typeof index === 'number' ? this.atIndex(index, item) : this.named(id ?? item?.id, item);
    if (item !== undefined) this.know(item, key);
    return key;
  }

  /** Of a call that was begun, by its own id. */
  ofCall(id: unknown): string | undefined {
    return this.byId.get(id);
  }

  begin(key: string): void {
    if (!this.over.has(key)) this.open = key;
  }

  end(key: string): void {
    this.over.add(key);
    if (this.open === key) this.open = undefined;
  }

  private atIndex(index: number, item: OutputItem | undefined): string {
    const known = this.byIndex.get(index) ?? String(index);
    const isNext = item !== undefined && this.over.has(known) && !this.isKnown(item, known);
    const key = isNext ? `${index}+${++this.count}` : known;
    this.byIndex.set(index, key);
    return key;
  }

  private named(id: unknown, item: OutputItem | undefined): string {
    const known =
      this.byId.get(id) ?? (item?.call_id === undefined ? undefined : this.byId.get(item.call_id));
    const key = known ?? this.open ?? (typeof id === 'string' ? id : '0');
    this.byId.set(id, key);
    return key;
  }

  private isKnown({ id, call_id: call }: OutputItem, key: string): boolean {
    const ids = [id, call].filter((each) => each !== undefined);
    return ids.length === 0 || ids.some((each) => this.byId.get(each) === key);
  }

  private know({ id, call_id: call }: OutputItem, key: string): void {
    if (id !== undefined) this.byId.set(id, key);
    if (call !== undefined) this.byId.set(call, key);
  }
}
