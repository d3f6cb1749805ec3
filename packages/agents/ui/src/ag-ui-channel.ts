import { LlmError, messageOf, type JsonObject, type JsonValue } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import type { AgUiEvent } from './ag-ui-translator.ts';
import type { AgUiChannel, AgUiInput } from './types.ts';

/** Members that clients refuse in the path of a JSON Patch. */
const REFUSED = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Returns a channel that sends state and activities of a run to an AG-UI page. Create one channel for each response, pass it to
 * tools as the run's `context`, and to `agUiResponse` as `channel`.
 *
 * @example
 * const channel = agUiChannel(input);
 * const events = agent.stream(input.run, { decisions: input.decisions, context: channel });
 * return agUiResponse(events, { input, channel });
 */
export const agUiChannel = ({ state }: Pick<AgUiInput, 'state'>): AgUiChannel => new Channel(state);

/** Returns the channel with its outgoing events. Throws `config` for another value and for a channel that a response has. */
export function openChannel(channel: AgUiChannel): Channel {
  if (!(channel instanceof Channel) || channel.isOpen)
    throw new LlmError('config', 'agUiResponse: channel must be a new channel of `agUiChannel`', {
      path: 'channel',
    });
  channel.isOpen = true;
  return channel;
}

/** Holds only the newest state and the newest content of each activity, so that a slow page costs no memory. */
export class Channel implements AgUiChannel {
  state: JsonValue | undefined;
  isOpen = false;
  /** State that the page has. Later changes by the application do not affect it. */
  private sent: JsonValue | undefined;
  private isStateNew = false;
  private readonly activities = new Map<string, AgUiEvent>();
  private readonly newActivities = new Set<string>();
  private notify = (): void => undefined;

  constructor(state: JsonValue | undefined) {
    this.state = state;
  }

  setState(state: JsonValue): void {
    this.state = copy(state, 'setState: the state');
    this.isStateNew = true;
    this.notify();
  }

  activity(id: string, type: string, content: JsonObject): void {
    if (!isRecord(content)) throw invalid('activity: content must be an object');
    const copied = copy(content, 'activity: content');
    const event = { type: 'ACTIVITY_SNAPSHOT', messageId: id, activityType: type, content: copied };
    this.activities.set(id, { ...event, replace: true });
    this.newActivities.add(id);
    this.notify();
  }

  /** Resolves at the next change. */
  changed(): Promise<void> {
    return new Promise((resolve) => {
      this.notify = resolve;
    });
  }

  /** Returns the events of the changes since the last call. */
  take(): AgUiEvent[] {
    const events = Array.from(this.newActivities, (id) => this.activities.get(id) as AgUiEvent);
    this.newActivities.clear();
    if (!this.isStateNew || this.state === undefined) return events;
    this.isStateNew = false;
    const change = changeOf(this.sent, this.state);
    this.sent = this.state;
    return change === undefined ? events : [...events, change];
  }

  /** Returns the last state and all activities, for a page whose messages were replaced. Includes the changes. */
  again(): AgUiEvent[] {
    this.take();
    const state = this.sent === undefined ? [] : [snapshotOf(this.sent)];
    return [...this.activities.values(), ...state];
  }
}

const snapshotOf = (snapshot: JsonValue): AgUiEvent => ({ type: 'STATE_SNAPSHOT', snapshot });

/** Returns the event that changes the page's state, or `undefined` if the states are equal. */
function changeOf(before: JsonValue | undefined, after: JsonValue): AgUiEvent | undefined {
  const snapshot = snapshotOf(after);
  if (!isRecord(before) || !isRecord(after)) return snapshot;
  const delta = patchOf(before, after);
  if (delta.length === 0) return undefined;
  const names = [...Object.keys(before), ...Object.keys(after)];
  const event = { type: 'STATE_DELTA', delta };
  const isLarger = JSON.stringify(event).length >= JSON.stringify(snapshot).length;
  return isLarger || names.some((name) => REFUSED.has(name)) ? snapshot : event;
}

/** Returns the JSON Patch of the members. */
function patchOf(before: JsonObject, after: JsonObject): JsonObject[] {
  const removed = Object.keys(before).filter((name) => !Object.hasOwn(after, name));
  const changed = Object.entries(after).filter(
    ([name, value]) => !Object.hasOwn(before, name) || JSON.stringify(before[name]) !== JSON.stringify(value),
  );
  return [
    ...removed.map((name) => ({ op: 'remove', path: pointer(name) })),
    ...changed.map(([name, value]): JsonObject => {
      return {
        op: Object.hasOwn(before, name) ? 'replace' : 'add',
        path: pointer(name),
        value: value ?? null,
      };
    }),
  ];
}

const pointer = (name: string): string => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** Returns a copy as JSON. */
function copy<T extends JsonValue>(value: T | undefined, subject: string): T {
  if (value === undefined) throw invalid(`${subject} is not JSON; pass an object`);
  try {
    return JSON.parse(JSON.stringify(value)) as T;
  } catch (error) {
    throw invalid(`${subject} is not JSON: ${messageOf(error)}`);
  }
}

const invalid = (problem: string): LlmError => new LlmError('config', problem);

/**
 * Returns the events of a response, with the events of the channel between its batches. The events of a batch belong together.
 * After a snapshot of the messages, the state and the activities are sent again.
 */
export function withChannel(
  batches: AsyncIterableIterator<readonly AgUiEvent[], undefined>,
  channel: Channel,
): AsyncIterableIterator<AgUiEvent, undefined> {
  const queue: AgUiEvent[] = [];
  /** Whether the run has started and has not ended. Clients refuse events outside of a run. */
  let isRunning = false;
  let pending: Promise<IteratorResult<readonly AgUiEvent[], undefined>> | undefined;

  async function next(): Promise<IteratorResult<AgUiEvent, undefined>> {
    for (;;) {
      if (queue.length === 0 && isRunning) queue.push(...channel.take());
      const value = queue.shift();
      if (value !== undefined) return { done: false, value };
      pending ??= batches.next();
      const result = await (isRunning ? Promise.race([pending, channel.changed()]) : pending);
      // The channel has changed. The batch stays pending.
      if (result === undefined) continue;
      pending = undefined;
      if (result.done === true) return result;
      const has = (...types: string[]): boolean => result.value.some(({ type }) => types.includes(type));
      queue.push(...(isRunning ? channel.take() : []), ...result.value);
      if (has('MESSAGES_SNAPSHOT')) queue.push(...channel.again());
      // The first batch contains `RUN_STARTED`.
      isRunning = !has('RUN_FINISHED', 'RUN_ERROR');
    }
  }
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next,
    async return() {
      await batches.return?.();
      return { done: true, value: undefined };
    },
  };
}
