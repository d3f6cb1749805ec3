import { LlmError, messageOf, toJson, type JsonObject } from '@majordomo/core';
import { toJsonSchema } from '@majordomo/core/toolkit';
import { checkItem, fail } from '../check.ts';
import type { JobRequest } from '../contract.ts';
import type { Setup } from '../setup.ts';
import {
  loadRecord,
  removeRemoved,
  requireRecord,
  saveRecord,
  type LoadedRecord,
} from '../record/leased-job.ts';
import { PLACES, type JobRecord } from '../record/record.ts';
import { Rows, type NewRow } from '../record/rows.ts';

/** Maximum number of rows of a page, and of characters of its requests, unless one request has more. */
const PAGE = 250;
const PAGE_CHARS = 4_000_000;
const DEFAULT_LEAD_MS = 1_800_000;
const DEFAULT_CONCURRENCY = 8;
const SAME_ITEMS = 'submit the same items, or use another key';

/**
 * Stores a job, or continues an interrupted submission. Does nothing for a complete submission. Stores the job only when its first
 * page has been checked, so that an invalid item of this page leaves no job.
 */
export async function submitJob(job: JobRequest, setup: Setup): Promise<void> {
  const stored = await loadRecord(job.key, setup);
  if (stored !== undefined) checkTenant(job, stored.record);
  if (stored?.record.total !== undefined) return;
  checkSpec(job, setup);
  let submission: Submission | undefined;
  const open = async (): Promise<Submission> => {
    if (submission !== undefined) return submission;
    const filling = stored ?? (await createRecord(job, setup));
    checkTenant(job, filling.record);
    return (submission = new Submission(job.key, filling, setup));
  };
  const total = await addItems(job, open);
  await (await open()).complete(total);
}

/** Stores a job without items. If another process has stored the job in the meantime, returns that job. */
async function createRecord(job: JobRequest, setup: Setup): Promise<LoadedRecord> {
  for (;;) {
    const record = newRecord(job);
    const version = await saveRecord(job.key, record, 0, setup);
    if (version !== undefined) return { record, version };
    const other = await loadRecord(job.key, setup);
    if (other !== undefined) return other;
    // The removal of a job with this key was interrupted.
    await removeRemoved(setup.records);
  }
}

function checkTenant({ key, tenant }: JobRequest, record: JobRecord): void {
  if (record.tenant === tenant) return;
  throw new LlmError('denied', `job "${key}" is of another tenant; use another key`, { path: 'key' });
}

/** Submission of a job. It needs no lease, because several processes may add the same items. */
class Submission {
  private readonly key: string;
  private readonly setup: Setup;
  private readonly rows: Rows;
  private filling: LoadedRecord;

  constructor(key: string, filling: LoadedRecord, setup: Setup) {
    this.key = key;
    this.filling = filling;
    this.setup = setup;
    this.rows = new Rows(filling.record.token, setup.records);
  }

  /** Adds a page, or throws `config` if the stored page differs. */
  async add(first: number, page: readonly NewRow[]): Promise<void> {
    const place = PLACES.queue(0);
    const rows = this.rows.added(first, page, place);
    await this.save(async ({ record, version }) => {
      // Another submission of the job has stored the page.
      if ((record.counts[place] ?? 0) > first) return compare(first, page, this.rows);
      // Until the submission is complete, no poll moves rows, so all rows are in the first queue.
      const changed = { ...record, counts: { [place]: first + page.length } };
      const saved = await saveRecord(this.key, changed, version, this.setup, rows);
      if (saved === undefined) return false;
      this.filling = { record: changed, version: saved };
      return true;
    });
  }

  /** Ends the submission after the last page. Throws `config` if more items are stored. */
  async complete(total: number): Promise<void> {
    await this.save(async ({ record, version }) => {
      if ((record.counts[PLACES.queue(0)] ?? 0) > total)
        fail('items', `has ${total} items, but the interrupted submission had more; ${SAME_ITEMS}`);
      const complete = { ...record, total, isDone: total === 0 ? true : undefined };
      return (await saveRecord(this.key, complete, version, this.setup)) !== undefined;
    });
  }

  /**
   * Changes the job at its current version, until `run` returns true. Does nothing if another process has completed the same
   * submission. Throws `denied` if the job was removed in the meantime and submitted again.
   */
  private async save(run: (filling: LoadedRecord) => Promise<boolean>): Promise<void> {
    const { key, setup } = this;
    const { token } = this.filling.record;
    while (this.filling.record.total === undefined && !(await run(this.filling))) {
      this.filling = await requireRecord(key, setup);
      if (this.filling.record.token === token) continue;
      const why = `job "${key}" was removed during its submission, and submitted again; submit it once more`;
      throw new LlmError('denied', why, { path: 'key' });
    }
  }
}

function newRecord({ spec, output, tenant, metadata, deadline, live }: JobRequest): JobRecord {
  return {
    token: newToken(),
    spec,
    output: output && outputSchema(output),
    tenant,
    metadata: metadata && (toJson(metadata) as JsonObject),
    deadline: deadline?.getTime(),
    live: live && {
      when: live.when,
      // JSON has no `Infinity`.
      leadMs: Math.min(Number.MAX_SAFE_INTEGER, live.leadMs ?? DEFAULT_LEAD_MS),
      // The calls of one page are made at a time.
      concurrency: Math.min(PAGE, Math.ceil(live.concurrency ?? DEFAULT_CONCURRENCY)),
    },
    liveNanoUsd: '0',
    batches: [],
    fence: 0,
    counts: {},
    lastData: 0,
  };
}

/** Returns a random name, which is short because vendors accept custom ids of up to 64 letters, digits, `-` and `_`. */
const newToken = (): string => crypto.randomUUID().replaceAll('-', '').slice(0, 16);

function outputSchema(output: NonNullable<JobRequest['output']>): JsonObject {
  try {
    return toJsonSchema(output, 'output');
  } catch (cause) {
    return fail('output', `cannot be converted: ${messageOf(cause)}`, cause);
  }
}

function checkSpec({ spec }: JobRequest, { majordomo }: Setup): void {
  try {
    majordomo.parse(spec);
  } catch (cause) {
    fail('spec', `cannot be parsed: ${messageOf(cause)}`, cause);
  }
}

/** Adds all items and returns their number. Throws `config` if items differ from the stored items. */
async function addItems({ items }: JobRequest, open: () => Promise<Submission>): Promise<number> {
  const indexes = new Map<string, number>();
  let firstKind: string | undefined;
  let page: NewRow[] = [];
  let chars = 0;
  const flush = async (): Promise<void> => {
    if (page.length > 0) await (await open()).add(indexes.size - page.length, page);
    page = [];
    chars = 0;
  };
  for await (const item of items) {
    const index = indexes.size;
    const { id, kind, request } = checkItem(item, index);
    firstKind ??= kind;
    if (kind !== firstKind)
      fail(`items[${index}]`, `has ${kind}, but items[0] has ${firstKind}; submit one job per kind`);
    const other = indexes.get(id);
    if (other !== undefined) throw idError(index, `items[${other}] has the same id "${id}"; use unique ids`);
    if (chars + request.length > PAGE_CHARS || page.length === PAGE) await flush();
    indexes.set(id, index);
    page.push({ id, request });
    chars += request.length;
  }
  await flush();
  return indexes.size;
}

/** Throws `config` unless these rows, of which the first has an index, are stored. */
async function compare(first: number, page: readonly NewRow[], rows: Rows): Promise<true> {
  const isSelected = (_place: string, index: number): boolean =>
    index >= first && index < first + page.length;
  let index = first;
  for await (const stored of rows.pages(first)) {
    for (const { id, request } of await rows.rowsOf(stored, isSelected)) {
      const row = page[index - first];
      if (row?.id !== id)
        throw idError(index, `the stored item has the id "${id}", not "${row?.id}"; ${SAME_ITEMS}`);
      if (row.request !== JSON.stringify(toJson(request)))
        fail(`items[${index}]`, `differs from the stored item of the interrupted submission; ${SAME_ITEMS}`);
      index++;
    }
    if (index === first + page.length) return true;
  }
  return fail('items', `has more items than the interrupted submission; ${SAME_ITEMS}`);
}

const idError = (index: number, problem: string): LlmError =>
  new LlmError('config', `items[${index}].id: ${problem}`, { path: `items[${index}].id` });
