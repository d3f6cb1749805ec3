import { LlmError, messageOf, toJson, type JsonObject } from '@majordomo/core';
import { toJsonSchema } from '@majordomo/core/toolkit';
import { checkItem, fail } from './check.ts';
import type { BatchRow, JobRequest } from './contract.ts';
import type { Setup } from './setup.ts';
import { loadRecord, requireRecord, saveRecord } from './stored-job.ts';
import { FORMAT, PLACES, type JobRecord } from './record.ts';

/** Number of rows per write. */
const PAGE = 500;
const DEFAULT_LEAD_MS = 1_800_000;
const DEFAULT_CONCURRENCY = 8;
const SAME_ITEMS = 'submit the same items, or use another key';

/** Stores a job, or continues an interrupted submission. Does nothing for a complete submission. */
export async function submitJob(job: JobRequest, setup: Setup): Promise<void> {
  const { key } = job;
  const stored = await loadRecord(key, setup);
  if (stored !== undefined) checkTenant(job, stored.record);
  if (stored?.record.total !== undefined) return;
  checkSpec(job, setup);
  const created = stored === undefined ? newRecord(job) : undefined;
  const isNew = created !== undefined && (await saveRecord(key, created, 0, setup));
  // If another process has created the job in the meantime, the submission continues that job.
  const record = isNew ? created : (stored ?? (await requireRecord(key, setup))).record;
  checkTenant(job, record);
  const submission = new Submission(key, record.token, setup);
  const total = await addItems(job, !isNew, submission);
  await submission.write(async (filling, version) => {
    const complete = { ...filling, total, isDone: total === 0 ? true : undefined };
    return saveRecord(key, complete, version, setup);
  });
}

function checkTenant({ key, tenant }: JobRequest, record: JobRecord): void {
  if (record.tenant === tenant) return;
  throw new LlmError('denied', `job "${key}" is of another tenant; use another key`, { path: 'key' });
}

/** Submission of a job. It needs no lock, because several processes may add the same items. */
class Submission {
  readonly setup: Setup;
  private readonly key: string;
  private readonly token: string;

  constructor(key: string, token: string, setup: Setup) {
    this.key = key;
    this.token = token;
    this.setup = setup;
  }

  /**
   * Writes to the job at its current version, until the store accepts the version. Does nothing if another process has completed
   * the same submission. Throws `denied` if the job was removed in the meantime and submitted again.
   */
  async write(run: (record: JobRecord, version: number) => Promise<boolean>): Promise<void> {
    const { key, token, setup } = this;
    for (;;) {
      const { record, version } = await requireRecord(key, setup);
      if (record.token !== token) {
        const why = `job "${key}" was removed during its submission, and submitted again; submit it once more`;
        throw new LlmError('denied', why, { path: 'key' });
      }
      if (record.total !== undefined || (await run(record, version))) return;
    }
  }
}

function newRecord({ spec, output, tenant, metadata, deadline, live }: JobRequest): JobRecord {
  return {
    format: FORMAT,
    token: crypto.randomUUID().replaceAll('-', '').slice(0, 16),
    spec,
    output: output && outputSchema(output),
    tenant,
    metadata: metadata && (toJson(metadata) as JsonObject),
    deadline: deadline?.getTime(),
    live: live && {
      when: live.when,
      leadMs: live.leadMs ?? DEFAULT_LEAD_MS,
      concurrency: Math.ceil(live.concurrency ?? DEFAULT_CONCURRENCY),
    },
    liveNanoUsd: '0',
    batches: [],
  };
}

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
async function addItems(
  { key, items }: JobRequest,
  isResumed: boolean,
  submission: Submission,
): Promise<number> {
  const { setup } = submission;
  const { store } = setup;
  let first: string | undefined;
  let index = 0;
  let page: BatchRow[] = [];
  const flush = async (): Promise<void> => {
    if (isResumed) await compare(key, page, setup);
    await submission.write((_, version) => store.add(key, page, version));
    page = [];
  };
  for await (const item of items) {
    const { id, kind, request } = checkItem(item, index);
    first ??= kind;
    if (kind !== first)
      fail(`items[${index}]`, `has ${kind}, but items[0] has ${first}; submit one job per kind`);
    page.push({ index, id, place: PLACES.queue(0), request, data: undefined });
    index++;
    if (page.length === PAGE) await flush();
  }
  if (page.length > 0) await flush();
  const [extra] = isResumed ? await store.rows(key, { after: index - 1, limit: 1 }) : [];
  if (extra !== undefined)
    fail('items', `has ${index} items, but the interrupted submission had more; ${SAME_ITEMS}`);
  return index;
}

/** Throws `config` if the stored request of an item differs from the submitted one. */
async function compare(key: string, page: readonly BatchRow[], { store }: Setup): Promise<void> {
  const stored = await store.rows(key, { indexes: page.map(({ index }) => index), limit: page.length });
  for (const { index, id, request } of stored) {
    const row = page[index - (page[0]?.index ?? 0)];
    // `add` rejects a different id.
    if (row?.id === id && row.request !== request)
      fail(`items[${index}]`, `differs from the stored item of the interrupted submission; ${SAME_ITEMS}`);
  }
}
