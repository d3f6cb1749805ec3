import { writeFile } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { formatUsd } from '@majordomo/catalog';
import { LlmError } from '@majordomo/core';
import type {
  ReplayDefinition,
  ReplayOptions,
  ReplayPlan,
  ReplayProgress,
  ReplayReport,
} from '@majordomo/replay';
import { exitOf, writeReport } from '../eval/publish.ts';
import { throwStop } from '../program/throw-stop.ts';
import { configuredMajordomo, importDefault } from '../eval/run.ts';
import { EXIT, Stop, type ExitCode } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { loadPackage, trustPackagesOf } from '../program/load-package.ts';
import { drawProgress, eraseLine } from '../terminal/bar.ts';
import { printable } from '../terminal/paint.ts';
import { printError } from '../terminal/print-error.ts';

export type Replays = typeof import('@majordomo/replay');

/** Options of a command that returns a verdict. */
export interface VerdictFlags {
  readonly folder?: string;
  readonly minQuality?: number;
  readonly maxCost?: number;
  /** Paths of the reports to write. */
  readonly report?: readonly string[];
  readonly content?: true;
  readonly allowInconclusive?: true;
}

/** Options of `majordomo replay run`. */
export interface RunFlags extends VerdictFlags {
  readonly budget?: string;
  readonly concurrency?: number;
}

const FOLDER = 'replays';

/** Loads `@majordomo/replay`. */
export const loadReplays = async ({ cwd }: Io): Promise<Replays> =>
  (await loadPackage('@majordomo/replay', cwd, 'majordomo replay')) as Replays;

export const folderOf = ({ folder = FOLDER }: { readonly folder?: string }, { cwd }: Io): string =>
  resolve(cwd, folder);

/** Implements `majordomo replay plan`. Prints the sample, its cost and its precision. */
export async function plan(file: string, flags: RunFlags, io: Io): Promise<ExitCode> {
  // A user who names a module of this project trusts the project, so its packages may be loaded.
  trustPackagesOf(io.cwd);
  const replays = await loadReplays(io);
  const definition = await loadDefinition(file, flags, io);
  const made = await replays.planReplay(definition, optionsOf(flags, io));
  io.stdout.write(`${printable(planText(made))}\n`);
  return EXIT.ok;
}

/** Implements `majordomo replay run`. Prints the plan, runs or continues the experiment, and prints its report. */
export async function run(file: string, flags: RunFlags, io: Io): Promise<ExitCode> {
  checkReports(flags);
  trustPackagesOf(io.cwd);
  const replays = await loadReplays(io);
  const definition = await loadDefinition(file, flags, io);
  const options = optionsOf(flags, io);
  io.stdout.write(`${printable(planText(await replays.planReplay(definition, options)))}\n\n`);
  // The process may exit before the run has ended.
  const onAbort = (): void => {
    eraseLine(io.stderr);
    io.stderr.write('stopped; every answer until now is stored; run the same command again to continue\n');
  };
  io.signal.addEventListener('abort', onAbort, { once: true });
  try {
    const running = replays.replay(definition, options);
    const report = await running.finally(() => eraseLine(io.stderr));
    return await publish(report, replays, flags, io);
  } catch (error) {
    return endWithoutReport(error, io);
  } finally {
    io.signal.removeEventListener('abort', onAbort);
  }
}

/** Prints why a run has no report. Such a run is `incomplete`, because `fail` is a verdict on the candidate. */
function endWithoutReport(error: unknown, io: Io): ExitCode {
  const isOfUser = io.signal.aborted || LlmError.is(error, 'config');
  if (isOfUser || !LlmError.is(error)) throw error;
  printError(error, io);
  return EXIT.incomplete;
}

/** Implements `majordomo replay show`. Prints the report of the stored answers. */
export async function show(name: string, flags: VerdictFlags, io: Io): Promise<ExitCode> {
  checkReports(flags);
  const replays = await loadReplays(io);
  const { minQuality, maxCost } = flags;
  const stored = replays.readReplay(name, { folder: folderOf(flags, io), minQuality, maxCost });
  return publish(await stored.catch(throwStop), replays, flags, io);
}

/** Implements `majordomo replay remove`. */
export async function remove(name: string, flags: VerdictFlags, io: Io): Promise<ExitCode> {
  const replays = await loadReplays(io);
  await replays.removeReplay(name, { folder: folderOf(flags, io) }).catch(throwStop);
  io.stdout.write(`${name} has no files any more\n`);
  return EXIT.ok;
}

async function loadDefinition(file: string, flags: RunFlags, io: Io): Promise<ReplayDefinition> {
  const value = (await importDefault(file, io)) as Partial<ReplayDefinition>;
  if (value.candidate === undefined || value.traffic === undefined)
    throw new Stop(`${file} does not export an experiment; write export default defineReplay({ … })`);
  const { minQuality, maxCost, budget } = flags;
  return {
    ...(value as ReplayDefinition),
    majordomo: value.majordomo ?? (await configuredMajordomo(io)),
    minQuality: minQuality ?? value.minQuality,
    maxCost: maxCost ?? value.maxCost,
    budgetUsd: budget ?? (value as ReplayDefinition).budgetUsd,
  };
}

const optionsOf = (
  flags: RunFlags,
  io: Io,
): Pick<ReplayOptions, 'folder' | 'concurrency' | 'signal' | 'onProgress'> => ({
  folder: folderOf(flags, io),
  concurrency: flags.concurrency,
  signal: io.signal,
  onProgress: (progress) => drawReplay(progress, io),
});

/** Functions that write a report, by file extension. */
const REPORTS: Readonly<
  Record<string, (report: ReplayReport, replays: Replays, flags: VerdictFlags, io: Io) => Promise<string>>
> = {
  '.md': async (report, { toReplayMarkdown }) => toReplayMarkdown(report),
  '.json': async (report) => `${JSON.stringify(report, undefined, 2)}\n`,
  '.html': (report, { toReplayHtml }, flags, io) =>
    toReplayHtml(report, { folder: folderOf(flags, io), content: flags.content }),
};

function checkReports({ report = [], content }: VerdictFlags): void {
  const unknown = report.find((file) => !Object.hasOwn(REPORTS, extname(file)));
  if (unknown !== undefined)
    throw new Stop(`--report ${unknown}: the extension must be one of ${Object.keys(REPORTS).join(', ')}`);
  if (content === true && !report.some((file) => extname(file) === '.html'))
    throw new Stop('--content applies to .html reports only; add --report file.html');
}

/** Prints a report, writes the files and returns the exit code. */
async function publish(
  report: ReplayReport,
  replays: Replays,
  flags: VerdictFlags,
  io: Io,
): Promise<ExitCode> {
  const { stdout, cwd } = io;
  const columns = Number.isFinite(stdout.columns) ? stdout.columns : undefined;
  stdout.write(`${replays.toReplayText(report, { color: stdout.hasColor, columns })}\n`);
  for (const given of flags.report ?? []) {
    const file = resolve(cwd, given);
    // `checkReports` has rejected unknown extensions, so the text is always set.
    const text = await REPORTS[extname(given)]?.(report, replays, flags, io);
    await writeReport(given, dirname(file), () => writeFile(file, text ?? ''));
  }
  return exitOf(report.verdict, flags.allowInconclusive);
}

function planText({ name, sample, calls, precision, power, ...plan }: ReplayPlan): string {
  const usd = (nanoUsd: string): string => formatUsd(BigInt(nanoUsd));
  const excluded = Object.entries(sample.excluded).map(([reason, count]) => `  ${count} excluded: ${reason}`);
  return [
    `${name}: ${calls.candidate} calls of ${sample.kinds.length} kinds represent ${sample.represented} of ${sample.traffic} chats`,
    ...excluded,
    `quality ± ${(100 * precision).toFixed(1)} %; a model that is as good passes with a probability of ${Math.round(100 * power)} %`,
    `likely cost ${usd(plan.likelyNanoUsd)}, at most ${usd(plan.maxNanoUsd)}, for ${calls.candidate} answers, ${calls.control} of the present model and at most ${calls.judge} verdicts`,
    ...plan.warnings.map((warning) => `warning: ${warning}`),
  ].join('\n');
}

function drawReplay({ step, done, total, spentNanoUsd }: ReplayProgress, { stderr }: Io): void {
  const counts =
    total === undefined ? `${done} calls read` : `${done}/${total}, ${formatUsd(BigInt(spentNanoUsd))}`;
  drawProgress(stderr, step === 'read' || total === undefined ? undefined : done / total, counts);
}
