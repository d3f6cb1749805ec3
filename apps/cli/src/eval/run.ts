import { dirname, resolve } from 'node:path';
import type { Majordomo } from '@majordomo/core';
import { redact } from '@majordomo/core/toolkit';
import type { EvalDefinition, EvaluateOptions, Progress } from '@majordomo/evals';
import { installedIds } from '../backends/configured.ts';
import { openIds } from '../backends/open.ts';
import { drawProgress, eraseLine } from '../terminal/bar.ts';
import { importConfig } from '../config/import-config.ts';
import { oldNode } from '../config/load-config.ts';
import { loadSettings } from '../config/settings.ts';
import { readText } from '../files/read-json.ts';
import { EXIT, Stop, type ExitCode } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { trustPackagesOf } from '../program/load-package.ts';
import { reasonOf } from '../program/reason.ts';
import { loadEvals, publish, type VerdictFlags } from './publish.ts';

/** Options of `majordomo eval run`. */
export interface RunFlags
  extends VerdictFlags, Pick<EvaluateOptions, 'accept' | 'only' | 'trials' | 'concurrency'> {
  readonly record?: true;
  readonly live?: true;
  readonly budget?: string;
}

/** Implements `majordomo eval run`. Runs the evaluation of each module and compares it with its baseline. */
export async function runEvals(files: readonly string[], flags: RunFlags, io: Io): Promise<ExitCode> {
  const { record = false, live = false, accept, only, trials, concurrency, budget: budgetUsd } = flags;
  if (record && live) throw new Stop('--record and --live cannot be used together');
  // A user who names modules of this project trusts the project, so its packages may be loaded.
  trustPackagesOf(io.cwd);
  const evals = await loadEvals(flags, io);
  const modules: (readonly [path: string, definition: EvalDefinition])[] = [];
  for (const file of files) modules.push([resolve(io.cwd, file), await loadDefinition(file, io)]);
  const mode = record ? 'record' : live ? 'live' : 'replay';
  const onProgress = ({ done, total, errors }: Progress): void => {
    const rest = errors === 0 ? '' : `, ${errors} without a result`;
    drawProgress(io.stderr, done / total, `${done}/${total}${rest}`);
  };
  const options = {
    mode,
    accept,
    only,
    trials,
    concurrency,
    budgetUsd,
    signal: io.signal,
    onProgress,
  } as const;
  let configured: Promise<Majordomo> | undefined;
  const codes: ExitCode[] = [];
  for (const [path, definition] of modules) {
    const majordomo = definition.majordomo ?? (await (configured ??= configuredMajordomo(io)));
    const running = evals.evaluate({ ...definition, majordomo }, { ...options, folder: dirname(path) });
    const evaluation = await running.finally(() => eraseLine(io.stderr));
    codes.push(await publish(evaluation, evals, flags, io, files.length > 1));
  }
  // Codes in order of precedence: one failed evaluation decides, whatever the others returned.
  return [EXIT.failed, EXIT.incomplete, EXIT.inconclusive].find((code) => codes.includes(code)) ?? EXIT.ok;
}

/** Imports the evaluation of a module. Throws `Stop` with one line if the module fails. */
async function loadDefinition(file: string, io: Io): Promise<EvalDefinition> {
  const value = await importDefault(file, io);
  if ('subject' in value) return value as EvalDefinition;
  throw new Stop(`${file} does not export an evaluation; write export default defineEval({ … })`);
}

/** Imports the default export of a module, or an empty object if it is none. Throws `Stop` with one line if the module fails. */
export async function importDefault(file: string, { cwd }: Io): Promise<object> {
  const path = resolve(cwd, file);
  // For a missing module, Node states the path of the file that imports it, which is a file of the command.
  await readText(path, file);
  const value = await importConfig(path).catch((error: unknown) => {
    const [reason = ''] = (oldNode(error) ?? redact(reasonOf(error))).split('\n');
    throw new Stop(`${file} cannot be loaded: ${reason}`);
  });
  return typeof value === 'object' && value !== null ? value : {};
}

/** Opens the installed providers, also those without a key, because a replay resolves specs and sends nothing. */
export async function configuredMajordomo(io: Io): Promise<Majordomo> {
  const { cwd, signal } = io;
  const settings = await loadSettings(io);
  return openIds(await installedIds(settings, cwd), settings, { cwd, signal });
}
