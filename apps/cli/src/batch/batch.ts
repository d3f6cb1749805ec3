import { resolve } from 'node:path';
import type { BatchItem, BatchJob, Batches, ItemResult, JobProgress, LiveOptions } from '@majordomo/batch';
import { LlmError } from '@majordomo/core';
import { jsonLine } from '@majordomo/core/toolkit';
import { installedIds } from '../backends/configured.ts';
import { openIds } from '../backends/open.ts';
import { loadSettings } from '../config/settings.ts';
import { EXIT, Stop, type ExitCode } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { openConfiguredLedger, openLedgerFile } from '../ledger/open-ledger.ts';
import { loadPackage } from '../program/load-package.ts';
import { throwStop } from '../program/throw-stop.ts';
import { printable } from '../terminal/paint.ts';
import { checkWritable, openOutput } from '../files/output-file.ts';
import { readSchema } from '../files/read-json.ts';
import { writeJsonLine } from '../terminal/write-json.ts';
import { itemsIn } from './items.ts';
import { describe, progressOn } from './progress.ts';

export interface StoreFlags {
  readonly store?: string;
}

export interface StatusFlags extends StoreFlags {
  readonly json?: true;
}

export interface ResultFlags extends StoreFlags {
  readonly out?: string;
}

export interface RunFlags extends ResultFlags {
  readonly model: string;
  readonly key: string;
  readonly schema?: string;
  readonly deadline?: string;
  readonly live?: string;
  readonly every: string;
  readonly once?: true;
}

/** Implements `majordomo batch run`. Submits or continues a job, and prints its results at the end. `--once` only polls once. */
export async function runBatch(file: string, flags: RunFlags, io: Io): Promise<ExitCode> {
  const { key, model: spec } = flags;
  const path = resolve(io.cwd, file);
  const everyMs = durationOf(flags.every, '--every');
  const deadline =
    flags.deadline === undefined
      ? undefined
      : new Date(Date.now() + durationOf(flags.deadline, '--deadline'));
  const live = flags.live === undefined ? undefined : { when: whenOf(flags.live) };
  const output = flags.schema === undefined ? undefined : await readSchema(flags.schema, io.cwd);
  await checkItems(itemsIn(path, file));
  if (flags.out !== undefined) await checkWritable(flags.out, '--out', io.cwd);
  return withBatches(flags, io, async (batches) => {
    const items = itemsIn(path, file);
    const job = await batches.submit({ key, spec, items, output, deadline, live });
    const { onProgress, clear } = progressOn(io);
    try {
      if (flags.once === true) {
        onProgress(await job.poll({ signal: io.signal }));
        return EXIT.ok;
      }
      await job.done({ everyMs, signal: io.signal, onProgress });
    } catch (error) {
      if (!io.signal.aborted) throw error;
      clear();
      io.stderr.write(
        `The job continues at the vendors. Run the same command again, or: majordomo batch poll ${printable(key)}\n`,
      );
      return EXIT.interrupted;
    } finally {
      clear();
    }
    return printResults(job, flags.out, io);
  });
}

/** Implements `majordomo batch poll`. Polls these jobs, or all jobs, once. A failed poll does not affect the other jobs. */
export const pollBatches = (keys: readonly string[], flags: StoreFlags, io: Io): Promise<ExitCode> =>
  withBatches(flags, io, async (batches) => {
    const jobs: BatchJob[] = [];
    for (const key of keys.length === 0 ? await batches.keys() : keys) jobs.push(await openJob(batches, key));
    let failure: LlmError | undefined;
    for (const job of jobs) {
      try {
        io.stdout.write(`${describe(await job.poll({ signal: io.signal }))}\n`);
      } catch (error) {
        if (!LlmError.is(error) || io.signal.aborted) throw error;
        // The first failure is thrown after the last poll, and `main` prints it.
        if (failure !== undefined) io.stderr.write(`${printable(`${job.key}: ${error.message}`)}\n`);
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
    return EXIT.ok;
  });

/** Implements `majordomo batch status`. Prints the progress of a job, or of all jobs. */
export const showBatches = (key: string | undefined, flags: StatusFlags, io: Io): Promise<ExitCode> =>
  withBatches(flags, io, async (batches) => {
    for (const each of key === undefined ? await batches.keys() : [key]) {
      const progress = await (await openJob(batches, each)).progress();
      if (flags.json === true) writeJsonLine(io.stdout, inJson(progress));
      else io.stdout.write(`${describe(progress)}\n`);
    }
    return EXIT.ok;
  });

/** Implements `majordomo batch results`. Prints the results of the items that are final. */
export const printBatch = (key: string, flags: ResultFlags, io: Io): Promise<ExitCode> =>
  withBatches(flags, io, async (batches) => printResults(await openJob(batches, key), flags.out, io));

/** Implements `majordomo batch cancel`. Cancels a job. The next poll completes the cancellation. */
export const cancelBatch = (key: string, flags: StoreFlags, io: Io): Promise<ExitCode> =>
  withBatches(flags, io, async (batches) => {
    const job = await openJob(batches, key);
    await job.cancel();
    io.stdout.write(`${describe(await job.progress())}\n`);
    return EXIT.ok;
  });

/** Calls `run` with the stored jobs, the configured providers and the ledger. */
async function withBatches(
  { store }: StoreFlags,
  io: Io,
  run: (batches: Batches) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { cwd, signal } = io;
  const loaded = await loadPackage('@majordomo/batch', cwd, 'majordomo batch');
  const { createBatches } = loaded as typeof import('@majordomo/batch');
  const settings = await loadSettings(io);
  // `--store` names the file, as `ledger.file` of the configuration does.
  const place =
    store === undefined
      ? settings
      : { ...settings, ledger: { ...settings.ledger, file: store, folder: cwd } };
  await using jobs = await openLedgerFile(place, io, 'majordomo batch');
  await using books = await openConfiguredLedger(settings, io);
  // A job may name a provider without a key, and only `run` and `poll` send requests.
  const ids = await installedIds(settings, cwd);
  const majordomo = await openIds(ids, settings, { cwd, signal, ledger: books?.ledger });
  return await run(createBatches({ majordomo, records: jobs.records, ledger: books?.ledger }));
}

const openJob = (batches: Batches, key: string): Promise<BatchJob> =>
  batches.open(key).catch((error: unknown) => throwStop(error, 'not-found'));

/** Reads the complete file, so that an invalid line is reported before anything is stored. */
async function checkItems(items: AsyncIterable<BatchItem>): Promise<void> {
  for await (const _item of items);
}

/** Prints a line per final item, in the order of the input. */
async function printResults(job: BatchJob, out: string | undefined, io: Io): Promise<ExitCode> {
  const file = out === undefined ? undefined : await openOutput(out, io.cwd);
  let code: ExitCode = EXIT.ok;
  try {
    for await (const result of job.results()) {
      if (result.error !== undefined) code = EXIT.failed;
      if (file === undefined) writeJsonLine(io.stdout, lineOf(result));
      else await file.write(jsonLine(lineOf(result)));
    }
  } finally {
    await file?.close();
  }
  return code;
}

function lineOf({ id, target, via, response, value, error, nanoUsd }: ItemResult): object {
  if (error !== undefined) return { id, target, via, error: { kind: error.kind, message: error.message } };
  const cost = nanoUsd?.toString();
  if (value !== undefined) return { id, target, via, value, nanoUsd: cost };
  if (response !== undefined && 'vectors' in response)
    return { id, target, via, vector: Array.from(response.vectors[0] ?? []), nanoUsd: cost };
  return { id, target, via, text: response?.text, nanoUsd: cost };
}

const inJson = ({ nanoUsd, ...rest }: JobProgress): object => ({ ...rest, nanoUsd: nanoUsd?.toString() });

const WHEN: readonly LiveOptions['when'][] = ['late', 'failed', 'both'];

function whenOf(text: string): LiveOptions['when'] {
  const when = WHEN.find((known) => known === text);
  if (when === undefined) throw new Stop(`--live must be one of ${WHEN.join(', ')}, not "${text}"`);
  return when;
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Parses a duration such as `60s`. Returns milliseconds. */
function durationOf(text: string, flag: string): number {
  const [, count = '', unit = ''] = /^(\d{1,4})([smhd])$/.exec(text) ?? [];
  const ms = Number(count) * (UNITS[unit] ?? 0);
  if (ms === 0) throw new Stop(`${flag} must be a duration such as 60s, 30m or 6h, not "${text}"`);
  return ms;
}
