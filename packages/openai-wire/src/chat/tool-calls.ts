import type { JsonObject, Replay } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { jsonText, type EventWriter } from '@majordomo/wire-kit';
import { drift } from '../reading/drift.ts';
import { NullFilter } from '../schema/null-filter.ts';
import type { Absences } from '../schema/strict-tools.ts';
import type { ToolFragment } from './wire.ts';

interface Slot {
  readonly key: string;
  id: string;
  name: string;
  /** The arguments so far; before the name they wait. */
  json: string;
  isOpen: boolean;
  /** Whole, its name came once more, without an id: what follows is another call of the same tool. */
  isNamedAgain: boolean;
  /** Where absence comes as null. */
  nulls: NullFilter | undefined;
  /** What came next to it and must go back with it. */
  replay: Replay | undefined;
}

/**
 * Puts tool calls together from fragments. A call is told by its index; without one by its id; with neither, the last
 * call continues. A name begins another call wherever the id is another one (Gemini's compatible endpoint sends every
 * call as index 0), or, without an id, where the call so far is complete. Another id without a name does not: some
 * servers make up an id for every fragment (Poolside and gateways, 2026).
 */
export class ToolCalls {
  private readonly scribe: EventWriter;
  /** Who may read again what came next to a call. */
  private readonly family: string;
  private readonly all: Slot[] = [];
  private readonly slots = new Map<number | string, Slot>();
  private last: Slot | undefined;
  /** Schemas of tools whose absent properties come as null. */
  private readonly absences: Absences['tools'] | undefined;

  constructor(scribe: EventWriter, family: string, absences?: Absences['tools']) {
    this.scribe = scribe;
    this.family = family;
    this.absences = absences;
  }

  /** Has any call begun? */
  get any(): boolean {
    return this.all.length > 0;
  }

  /** One element of a delta's `tool_calls`. */
  fragment(fragment: ToolFragment, at: number): void {
    this.write(this.slotFor(fragment), fragment, 'delta', at);
  }

  /** One element of a whole message's `tool_calls`: each is a call of its own. */
  whole(fragment: ToolFragment, at: number): void {
    this.write(this.begin(this.all.length, fragment.id ?? ''), fragment, 'message', at);
  }

  /** Every call must have a name by now. */
  end(): void {
    for (const slot of this.all) {
      const rest = slot.nulls?.end() ?? '';
      if (rest !== '') this.scribe.toolCall(slot.key, { json: rest });
      if (slot.isOpen || (slot.id === '' && slot.json === '')) continue;
      throw drift(this.scribe.target, `choices[0].delta.tool_calls[${slot.key}].function.name`, undefined);
    }
  }

  private slotFor(fragment: ToolFragment): Slot {
    const { index } = fragment;
    const id = fragment.id ?? '';
    const at = typeof index === 'number' ? index : id === '' ? undefined : id;
    const known = at === undefined ? this.last : this.slots.get(at);
    // Without an index, an id that nobody has seen may still be the next one of the same call.
    const slot = known ?? (typeof index === 'number' ? undefined : this.last);
    if (slot === undefined) return this.begin(at ?? 0, id);
    if (slot.isOpen && beginsAnother(slot, fragment)) return this.begin(at ?? this.all.length, id);
    if (slot.isNamedAgain && nameOf(fragment) === '' && argumentsOf(fragment) !== '') {
      const next = this.begin(at ?? this.all.length, id);
      next.name = slot.name;
      return next;
    }
    slot.isNamedAgain = slot.isOpen && nameOf(fragment) === slot.name && isComplete(slot.json);
    if (!slot.isOpen && slot.id !== '' && id !== '' && slot.id !== id) return this.begin(at ?? id, id);
    if (slot.id === '' && !slot.isOpen) slot.id = id;
    return slot;
  }

  private begin(at: number | string, id: string): Slot {
    const key = String(this.all.length);
    const slot: Slot = {
      key,
      id,
      name: '',
      json: '',
      isOpen: false,
      isNamedAgain: false,
      nulls: undefined,
      replay: undefined,
    };
    this.all.push(slot);
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
    slot.json += json;
    if (isRecord(fragment.extra_content))
      slot.replay = { family: this.family, data: { extra_content: fragment.extra_content as JsonObject } };
    const { replay } = slot;
    if (slot.isOpen) {
      this.scribe.toolCall(slot.key, { json: slot.nulls?.push(json) ?? json, replay });
      return;
    }
    slot.name ||= nameOf(fragment);
    if (slot.name === '') return;
    slot.isOpen = true;
    const schema = this.absences?.get(slot.name);
    if (schema !== undefined) slot.nulls = new NullFilter(schema);
    const first = slot.nulls?.push(slot.json) ?? slot.json;
    this.scribe.toolCall(slot.key, { id: slot.id, name: slot.name, json: first, replay });
  }
}

const nameOf = ({ function: called, custom }: ToolFragment): string => called?.name ?? custom?.name ?? '';

/** Does this fragment, which would go to an open call, begin another one? */
function beginsAnother(slot: Slot, fragment: ToolFragment): boolean {
  const name = nameOf(fragment);
  if (name === '') return false;
  const id = fragment.id ?? '';
  if (id !== '' && slot.id !== '') return id !== slot.id;
  // Servers that repeat the name on every fragment do so to the end.
  if (name === slot.name && argumentsOf(fragment) === '') return false;
  return name === slot.name ? isComplete(slot.json) : slot.json === '' || isComplete(slot.json);
}

function isComplete(json: string): boolean {
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
}

/** `undefined` for what is neither text nor an object, which some servers send as it is. */
function argumentsOf({ function: called, custom }: ToolFragment): string | undefined {
  const value = called?.arguments ?? custom?.input;
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? jsonText(value) : undefined;
}
