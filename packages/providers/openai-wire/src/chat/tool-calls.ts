import type { JsonObject, Replay } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { jsonText, tryParseJson, type EventWriter } from '@majordomo/wire-kit';
import { unexpectedValueError } from '../reading/message.ts';
import { NullFilter } from '../schema/null-filter.ts';
import type { OriginalSchemas } from '../schema/strict-tools.ts';
import type { ToolFragment } from './wire.ts';

interface CallState {
  /** Key of the call in the writer, which differs from the index or id that the server sends. */
  readonly key: string;
  id: string;
  name: string;
  /** Arguments received so far. They are written when the name of the tool is known. */
  json: string;
  isOpen: boolean;
  /** Whether a fragment without an id repeated the name after complete arguments. Later arguments then belong to another call. */
  isNamedAgain: boolean;
  /** Filter that removes nulls from arguments in which null means an absent property. */
  nulls: NullFilter | undefined;
  /** Properties that must be sent back with the call. */
  replay: Replay | undefined;
}

/**
 * Assembles tool calls from fragments. A call is identified by its index, or by its id if no index exists. A fragment with
 * neither continues the last call. A fragment with a name begins another call if its id differs (Gemini's compatible endpoint
 * sends every call with index 0), or if it lacks an id after the arguments of the call are complete. A fragment with a different
 * id but no name continues a named call, because some servers generate an id for every fragment (Poolside and gateways, 2026).
 */
export class ToolCalls {
  private readonly writer: EventWriter;
  /** Id of the group of models that accept the properties in `replay`. */
  private readonly family: string;
  private readonly all: CallState[] = [];
  private readonly callsByKey = new Map<number | string, CallState>();
  private last: CallState | undefined;
  /** Schemas of tools in whose arguments null means an absent property. */
  private readonly originals: OriginalSchemas['tools'] | undefined;

  constructor(writer: EventWriter, family: string, originals?: OriginalSchemas['tools']) {
    this.writer = writer;
    this.family = family;
    this.originals = originals;
  }

  get hasCalls(): boolean {
    return this.all.length > 0;
  }

  /** Processes one element of `tool_calls` in a delta. */
  fragment(fragment: ToolFragment, at: number): void {
    this.write(this.callFor(fragment), fragment, 'delta', at);
  }

  /** Processes one element of `tool_calls` in a non-streaming message. Each element is a separate call. */
  complete(fragment: ToolFragment, at: number): void {
    this.write(this.begin(this.all.length, fragment.id ?? ''), fragment, 'message', at);
  }

  /** Ends all calls. Throws kind `protocol` for a call that has an id or arguments, but no name. */
  end(): void {
    for (const state of this.all) {
      const rest = state.nulls?.end() ?? '';
      if (rest !== '') this.writer.toolCall(state.key, { json: rest });
      if (state.isOpen || (state.id === '' && state.json === '')) continue;
      throw unexpectedValueError(
        this.writer.target,
        `choices[0].delta.tool_calls[${state.key}].function.name`,
        undefined,
      );
    }
  }

  /** Returns the call that a fragment continues, or another call that begins with the fragment. */
  private callFor(fragment: ToolFragment): CallState {
    const { index } = fragment;
    const hasIndex = typeof index === 'number';
    const id = fragment.id ?? '';
    const key = hasIndex ? index : id;
    // Without an index, an unknown id may belong to the last call, because some servers change the id within a call.
    const state = this.callsByKey.get(key) ?? (hasIndex ? undefined : this.last);
    const newKey = key === '' ? this.all.length : key;
    if (state === undefined) return this.begin(newKey, id);
    // Until the name is known, only another id shows that the fragment begins another call.
    if (!state.isOpen) {
      if (state.id !== '' && id !== '' && state.id !== id) return this.begin(newKey, id);
      state.id ||= id;
      return state;
    }
    if (beginsAnother(state, fragment)) return this.begin(newKey, id);
    const name = nameOf(fragment);
    if (state.isNamedAgain && name === '' && argumentsOf(fragment) !== '')
      return this.begin(newKey, id, state.name);
    state.isNamedAgain = name === state.name && isComplete(state.json);
    return state;
  }

  private begin(at: number | string, id: string, name = ''): CallState {
    const key = String(this.all.length);
    const state: CallState = {
      key,
      id,
      name,
      json: '',
      isOpen: false,
      isNamedAgain: false,
      nulls: undefined,
      replay: undefined,
    };
    this.all.push(state);
    this.callsByKey.set(at, state);
    this.last = state;
    return state;
  }

  /** Writes the arguments of a fragment. Writes nothing until the name of the tool is known. */
  private write(state: CallState, fragment: ToolFragment, where: 'delta' | 'message', at: number): void {
    this.last = state;
    const json = argumentsOf(fragment);
    if (json === undefined) {
      const path = `choices[0].${where}.tool_calls[${at}].function.arguments`;
      throw unexpectedValueError(
        this.writer.target,
        path,
        fragment.function?.arguments ?? fragment.custom?.input,
      );
    }
    state.json += json;
    if (isRecord(fragment.extra_content))
      state.replay = { family: this.family, data: { extra_content: fragment.extra_content as JsonObject } };
    const { replay } = state;
    if (state.isOpen) {
      this.writer.toolCall(state.key, { json: state.nulls?.push(json) ?? json, replay });
      return;
    }
    state.name ||= nameOf(fragment);
    if (state.name === '') return;
    state.isOpen = true;
    const schema = this.originals?.get(state.name);
    if (schema !== undefined) state.nulls = new NullFilter(schema);
    const first = state.nulls?.push(state.json) ?? state.json;
    this.writer.toolCall(state.key, { id: state.id, name: state.name, json: first, replay });
  }
}

const nameOf = ({ function: called, custom }: ToolFragment): string => called?.name ?? custom?.name ?? '';

/** Whether a fragment with the index or id of an open call begins another call. */
function beginsAnother(state: CallState, fragment: ToolFragment): boolean {
  const name = nameOf(fragment);
  if (name === '') return false;
  const id = fragment.id ?? '';
  if (id !== '' && state.id !== '') return id !== state.id;
  // Some servers repeat the name in every fragment.
  if (name === state.name && argumentsOf(fragment) === '') return false;
  // A call without arguments is complete if the fragment names another tool.
  return name === state.name ? isComplete(state.json) : state.json === '' || isComplete(state.json);
}

const isComplete = (json: string): boolean => tryParseJson(json) !== undefined;

/** Returns the arguments as text. Some servers send an object, which is serialized. Returns `undefined` for any other value. */
function argumentsOf({ function: called, custom }: ToolFragment): string | undefined {
  const value = called?.arguments ?? custom?.input;
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? jsonText(value) : undefined;
}
