import type { Scribe } from '@majordomo/core/provider';
import { drift } from '../failure/drift.ts';
import { NullFilter } from '../schema/nulls.ts';
import type { Absences } from '../schema/strict-tools.ts';
import type { ToolFragment } from './wire.ts';

interface Slot {
  readonly key: string;
  id: string;
  name: string;
  /** Arguments that came before the name. */
  early: string;
  isOpen: boolean;
  /** Where absence comes as null. */
  nulls: NullFilter | undefined;
}

/**
 * Puts tool calls together from fragments. A call is told by its index; another id on the same index is another
 * call (Gemini's compatible endpoint sends every call as index 0); without an index the id decides, else the last
 * call goes on.
 */
export class ToolCalls {
  private readonly scribe: Scribe;
  private readonly slots = new Map<number | string, Slot>();
  private readonly ids = new Set<string>();
  private last: Slot | undefined;
  private made = 0;
  /** Schemas of tools whose absent properties come as null. */
  private readonly absences: Absences['tools'] | undefined;

  constructor(scribe: Scribe, absences?: Absences['tools']) {
    this.scribe = scribe;
    this.absences = absences;
  }

  /** Has any call begun? */
  get any(): boolean {
    return this.made > 0;
  }

  /** One element of a delta's `tool_calls`. */
  fragment(fragment: ToolFragment, at: number): void {
    this.write(this.slotFor(fragment), fragment, 'delta', at);
  }

  /** One element of a whole message's `tool_calls`: each is a call of its own. */
  whole(fragment: ToolFragment, at: number): void {
    const slot = this.begin(this.made);
    slot.id = fragment.id ?? '';
    this.write(slot, fragment, 'message', at);
  }

  /** Every call must have a name by now. */
  end(): void {
    for (const slot of this.slots.values()) {
      const rest = slot.nulls?.end() ?? '';
      if (rest !== '') this.scribe.toolCall(slot.key, { json: rest });
      if (slot.isOpen || (slot.id === '' && slot.early === '')) continue;
      throw drift(this.scribe.target, `choices[0].delta.tool_calls[${slot.key}].function.name`, undefined);
    }
  }

  private slotFor({ index, id }: ToolFragment): Slot {
    const isNew = typeof id === 'string' && id !== '';
    const at = typeof index === 'number' ? index : isNew ? id : undefined;
    const slot = at === undefined ? this.last : this.slots.get(at);
    if (slot === undefined) return this.adopt(this.begin(at ?? 0), id);
    if (isNew && slot.id !== '' && slot.id !== id) return this.adopt(this.begin(at ?? id), id);
    return slot.id === '' && !slot.isOpen ? this.adopt(slot, id) : slot;
  }

  private adopt(slot: Slot, id: string | null | undefined): Slot {
    slot.id = id ?? '';
    return slot;
  }

  private begin(at: number | string): Slot {
    const slot: Slot = {
      key: String(this.made++),
      id: '',
      name: '',
      early: '',
      isOpen: false,
      nulls: undefined,
    };
    this.slots.set(at, slot);
    this.last = slot;
    return slot;
  }

  private write(slot: Slot, fragment: ToolFragment, where: 'delta' | 'message', at: number): void {
    this.last = slot;
    const json = argumentsOf(fragment);
    if (json === undefined) {
      const path = `choices[0].${where}.tool_calls[${at}].function.arguments`;
      throw drift(this.scribe.target, path, fragment.function?.arguments ?? fragment.custom?.input);
    }
    if (slot.isOpen) {
      this.scribe.toolCall(slot.key, { json: slot.nulls?.push(json) ?? json });
      return;
    }
    slot.early += json;
    slot.name = fragment.function?.name ?? fragment.custom?.name ?? '';
    if (slot.name === '') return;
    slot.isOpen = true;
    const schema = this.absences?.get(slot.name);
    if (schema !== undefined) slot.nulls = new NullFilter(schema);
    const first = slot.nulls?.push(slot.early) ?? slot.early;
    this.scribe.toolCall(slot.key, { id: this.uniqueId(slot.id), name: slot.name, json: first });
    slot.early = '';
  }

  /** Two calls with one id could not be answered apart: the second one gets an id of ours. */
  private uniqueId(id: string): string | undefined {
    if (id === '') return undefined;
    if (!this.ids.has(id)) {
      this.ids.add(id);
      return id;
    }
    this.scribe.warning({
      action: 'repaired',
      what: `tool call id "${id}"`,
      why: 'two calls of one answer had it',
    });
    return undefined;
  }
}

/** `undefined` for what is neither text nor an object, which some servers send as it is. */
function argumentsOf({ function: called, custom }: ToolFragment): string | undefined {
  const value = called?.arguments ?? custom?.input;
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : undefined;
}
