import {
  systemClock,
  type CallEvent,
  type CallInfo,
  type ChatRequest,
  type Clock,
  type LlmError,
} from '@majordomo/core';
import { atLeast, checkOptions, type KindsOf } from '@majordomo/core/toolkit';
import type { SpendRecord } from '@majordomo/ledger';
import { createRedactor, type Redactor } from '@majordomo/redact';
import { fail } from '../check-value.ts';
import { decimal, NANO_DIGITS } from '../decimal.ts';
import type { MetricSample } from '../metric-sample.ts';
import { DEFAULT_PAGE } from '../schema.ts';
import type { CallEntry, CallPage, CallQuery, CallStats, CallStatsQuery, RequestEvent } from './call.ts';
import { FORMATS } from './call-export.ts';
import { callStats } from './call-stats.ts';
import type { CallStore } from './call-store.ts';
import { CallWriter, type Loggable } from './call-writer.ts';
import { checkCallQuery, DIMENSIONS, PAGE } from './check-call-query.ts';
import { LoggedCall } from './logged-call.ts';
import { refusedEntry } from './refused-request.ts';

/** Options of `createCallLog`. */
export interface CallLogOptions {
  /** Store for entries: `memoryCallStore()`, or `calls` of `@majordomo/store-sqlite` or `-postgres`. */
  readonly store: CallStore;
  /**
   * Whether requests and responses of chats are also stored, after redaction and without bytes of media. Stores at most 16,000
   * characters of each string and 256,000 of a request's messages. Of waiting calls, only the newest 1,000 retain their content.
   * @default false
   */
  readonly content?: boolean | undefined;
  /**
   * Content of chats to store, by call, instead of `content`. `complete` stores requests and responses that can be replayed, after
   * redaction, with schemas, settings, media and the replay tokens of vendors. Content that is larger than `maxContentBytes`, or that
   * contains blobs, is stored in the form of `true`. Decide by the consent of the tenant, or for a share of the calls. If the function
   * throws, no content is stored. @default the option `content`
   *
   * @example contentOf: ({ tenant = '' }) => (consents.has(tenant) ? 'complete' : false)
   */
  readonly contentOf?: ((call: CallInfo) => boolean | 'complete') | undefined;
  /** Maximum size of the complete content of a call as JSON, in bytes. @default 1_048_576 */
  readonly maxContentBytes?: number | undefined;
  /** Redactor for messages and content. @default `createRedactor()` of `@majordomo/redact` */
  readonly redactor?: Redactor | undefined;
  /** Retention time of entries, in milliseconds. @default 2_592_000_000 (30 days) */
  readonly keepMs?: number | undefined;
  /** Retention time of content, in milliseconds, at most `keepMs`. @default 604_800_000 (7 days), or `keepMs` if it is shorter */
  readonly keepContentMs?: number | undefined;
  /**
   * Maximum time that an entry waits to be written with others, in milliseconds. If the process is killed while the store
   * responds, at most the entries of this period are lost.
   * @default 500
   */
  readonly flushMs?: number | undefined;
  /**
   * Maximum number of entries that wait while the store does not respond. Above this number, the oldest entries are dropped, and
   * `dropped` increases.
   * @default 10_000
   */
  readonly maxPending?: number | undefined;
  /** Listener for failures of the store, called once per outage. `dropped`: number of entries dropped since the last failure. */
  readonly onError?: ((error: LlmError, about: { readonly dropped: number }) => void) | undefined;
  /** Source of time. @default the system clock */
  readonly clock?: Clock | undefined;
}

/** Log of calls with their callers and outcomes. The log never delays a call and never causes a call to fail. */
export interface CallLog {
  /** Listener for `onEvent` of `createGateway` or `createMajordomo`. `request` is required for storing content. */
  readonly onEvent: (event: CallEvent, request?: ChatRequest) => void;
  /** Listener for `onRequest` of `createGateway`. It adds the status and the wire to entries, and adds refused requests. */
  readonly onRequest: (event: RequestEvent) => void;
  /** Listener for `onRecord` of `createLedger`. It adds to entries the costs that the ledger booked. */
  readonly onRecord: (record: SpendRecord) => void;
  /** Returns a page of calls, newest first. `limit`: 1 to 1,000, default 100. Rejects with `config` for an invalid query. */
  page(
    query?: CallQuery & { readonly limit?: number | undefined; readonly after?: string | undefined },
  ): Promise<CallPage>;
  /** Returns the entry with this call id, request id or client request id, with its stored content. Otherwise `undefined`. */
  get(id: string): Promise<CallEntry | undefined>;
  /** Returns figures per group, sorted by the values of `by`. Rejects with `config` for an invalid query. */
  stats(query: CallStatsQuery): Promise<readonly CallStats[]>;
  /**
   * Returns all matching entries, newest first, as lines of JSON or as CSV (RFC 4180) with a header. Reads in pages, so memory
   * usage is constant. A cell that begins like a formula is prefixed with `'`. An invalid query fails the stream with `config`.
   */
  export(format: 'jsonl' | 'csv', query?: CallQuery): ReadableStream<Uint8Array>;
  /** Number of entries dropped since the start. */
  readonly dropped: number;
  /** Returns the number of dropped entries and the cost of each target since the start, for `GET /metrics` of a gateway. */
  metrics(): readonly MetricSample[];
  /** Writes the waiting entries. Never rejects, but `onError` receives a failure of the store. */
  flush(): Promise<void>;
  /** Stops accepting entries, and flushes. Entries that cannot be written are lost. Does not close the application's store. */
  close(): Promise<void>;
}

const DAY_MS = 86_400_000;
const EXPORT_PAGE = 500;
/**
 * Maximum time after a call's end until its request and costs are reported, in milliseconds. The ledger reports a cost when its store
 * answers again. At most `MAX_ENDED` calls wait.
 */
const LATE_MS = 3_600_000;
const MAX_ENDED = 10_000;
/** Maximum number of waiting calls that retain their content. */
const MAX_CONTENTS = 1000;

const KINDS: KindsOf<CallLogOptions> = {
  store: 'object with append',
  content: 'boolean',
  contentOf: 'function',
  maxContentBytes: atLeast(1),
  redactor: 'object with text',
  keepMs: atLeast(1),
  keepContentMs: atLeast(0),
  flushMs: atLeast(0),
  maxPending: atLeast(1),
  onError: 'function',
  clock: 'object with now',
};

/** Creates a call log over one store. Throws `config` for an invalid option. */
export function createCallLog(options: CallLogOptions): CallLog {
  checkOptions('createCallLog', options, KINDS, ['store']);
  const { store, content = false, redactor = createRedactor(), clock = systemClock, onError } = options;
  const { keepMs = 30 * DAY_MS, flushMs = 500, maxPending = 10_000, maxContentBytes = 2 ** 20 } = options;
  const { keepContentMs = Math.min(7 * DAY_MS, keepMs) } = options;
  if (keepContentMs > keepMs)
    fail('createCallLog', 'keepContentMs', 'must not be longer than keepMs', keepContentMs);
  const writer = new CallWriter({ store, clock, flushMs, maxPending, keepMs, keepContentMs, onError });
  const running = new Map<string, LoggedCall>();
  /** Calls whose request and costs may still be reported, in the order of their ends. */
  const ended = new Map<string, { readonly call: LoggedCall; readonly at: number }>();
  /** Calls whose content is in memory, oldest first. */
  const contents = new Set<LoggedCall>();
  /** Booked costs since the start, in nano-USD, by target. */
  const costs = new Map<string, bigint>();
  let isClosed = false;

  const write = (entry: Loggable): void => {
    if (!isClosed) writer.add(entry);
  };
  const keptContent = (call: CallInfo): boolean | 'complete' => {
    try {
      const kept: unknown = options.contentOf?.(call) ?? content;
      // A promise, which the types do not permit, is not a consent.
      return kept === true || kept === 'complete' ? kept : false;
    } catch {
      return false;
    }
  };
  const addContent = (call: LoggedCall, request: ChatRequest, isComplete: boolean): void => {
    call.content = { request, response: undefined, maxBytes: isComplete ? maxContentBytes : undefined };
    contents.add(call);
    call.onContentReleased = () => contents.delete(call);
    const [oldest] = contents;
    if (contents.size <= MAX_CONTENTS || oldest === undefined) return;
    contents.delete(oldest);
    oldest.content = undefined;
  };
  const end = (id: string, call: LoggedCall): void => {
    running.delete(id);
    const at = clock.now();
    if (!call.isComplete) ended.set(id, { call, at });
    // The calls are in the order of their ends.
    for (const [oldest, { at: endedAt }] of ended) {
      if (ended.size <= MAX_ENDED && endedAt > at - LATE_MS) break;
      ended.delete(oldest);
    }
    write(call);
  };
  /** Adds a request or a cost to a known call, and writes the call again if it has ended. */
  const change = (id: string, add: (call: LoggedCall) => void): void => {
    const call = running.get(id) ?? ended.get(id)?.call;
    if (call === undefined) return;
    add(call);
    if (!ended.has(id)) return;
    if (call.isComplete) ended.delete(id);
    write(call);
  };

  /** Returns the query, restricted to entries whose retention time has not ended. */
  const withinRetention = <Query extends CallQuery>(query: Query): Query => {
    const oldest = new Date(clock.now() - keepMs);
    return { ...query, from: query.from !== undefined && query.from > oldest ? query.from : oldest };
  };
  const page: CallLog['page'] = async (query = {}) => {
    await checkCallQuery('calls.page', query, PAGE);
    const { limit = DEFAULT_PAGE, after, ...filter } = query;
    const place = after === undefined ? undefined : placeOf(after);
    const found = await store.page({ ...withinRetention(filter), limit: limit + 1, after: place });
    const calls = found.slice(0, limit);
    const last = calls.at(-1);
    return { calls, next: found.length > limit && last ? `${last.at}_${last.id}` : undefined };
  };

  return {
    onEvent(event, request) {
      const { call } = event;
      if (call === undefined) return;
      if (event.type === 'call-start') {
        const started = new LoggedCall(call, clock.now(), redactor);
        running.set(call.id, started);
        const kept = request === undefined ? false : keptContent(call);
        if (kept !== false && request !== undefined) addContent(started, request, kept === 'complete');
      }
      const logged = running.get(call.id);
      logged?.onEvent(event, clock.now());
      if (event.type === 'call-end' && logged !== undefined) end(call.id, logged);
    },
    onRequest(event) {
      for (const id of event.calls)
        change(id, (call) => {
          call.request = event;
        });
      if (event.calls.length === 0 && event.error !== undefined)
        write({ toEntry: () => refusedEntry(event, redactor) });
    },
    onRecord(record) {
      const { target, nanoUsd } = record;
      if (nanoUsd !== undefined) costs.set(target, (costs.get(target) ?? 0n) + BigInt(nanoUsd));
      change(record.call, (call) => {
        call.addCost(record);
      });
    },
    page,
    async get(id) {
      const now = clock.now();
      const entry = (await store.get(id)) ?? (await withContent(store, id));
      if (entry === undefined || Date.parse(entry.at) < now - keepMs) return undefined;
      const { content: stored, ...others } = entry;
      return stored !== undefined && Date.parse(entry.at) >= now - keepContentMs ? entry : others;
    },
    async stats(query) {
      const by = { type: 'array', items: { enum: [...DIMENSIONS] } };
      await checkCallQuery('calls.stats', query, { by, zone: { type: 'string' } });
      const rows = await callStats(store, withinRetention(query));
      const orderOf = ({ key }: CallStats): string => JSON.stringify(Object.values(key));
      return rows.toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
    },
    export(format, query = {}) {
      const { head, line } = FORMATS[format];
      return exportStream(head, async (after) => {
        const { calls, next } = await page({ ...query, limit: EXPORT_PAGE, after });
        return { text: calls.map(line).join(''), next };
      });
    },
    get dropped() {
      return writer.dropped;
    },
    metrics: () => [
      {
        name: 'call_log_dropped_total',
        help: 'Entries of the call log that were dropped.',
        labels: {},
        value: writer.dropped,
      },
      ...Array.from(costs, ([target, nanoUsd]) => ({
        name: 'cost_usd_total',
        help: 'Cost by target in USD, as the ledger booked it.',
        labels: { target },
        value: Number(decimal(nanoUsd, NANO_DIGITS)),
      })),
    ],
    flush: () => writer.flush(),
    async close() {
      isClosed = true;
      await writer.flush();
      writer.stop();
    },
  };
}

/** Returns the newest entry with this call id, request id or client request id, with its content. */
async function withContent(store: CallStore, id: string): Promise<CallEntry | undefined> {
  const [found] = await store.page({ id, limit: 1 });
  return found && store.get(found.id);
}

function placeOf(after: string): { readonly at: string; readonly id: string } {
  const at = after.slice(0, after.indexOf('_'));
  if (Number.isNaN(Date.parse(at))) fail('calls.page', 'after', 'must be `next` of an earlier page', after);
  return { at: new Date(at).toISOString(), id: after.slice(at.length + 1) };
}

/** Returns the lines of all pages as a stream, which reads the next page only when the reader requests more data. */
function exportStream(
  head: string,
  read: (after: string | undefined) => Promise<{ readonly text: string; readonly next: string | undefined }>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let after: string | undefined;
  let before = head;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { text, next } = await read(after);
        if (before + text !== '') controller.enqueue(encoder.encode(before + text));
        before = '';
        after = next;
        if (next === undefined) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
