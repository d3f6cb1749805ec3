import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { locatePackage } from '../program/load-package.ts';
import type { Io } from '../program/io.ts';
import { mistake, ok, type Finding, type Section } from './finding.ts';

const PLUGIN = '@majordomo/eslint-plugin';

/** Output lines and exit code of the plugin's command. */
interface LintRun {
  /** Exit code, or `null` if a signal ended the process. */
  readonly code: number | null;
  readonly lines: readonly string[];
}

/** Runs the ESLint plugin's command on a folder, to list raw model calls outside of provider packages. */
export async function lint(folder: string, io: Io): Promise<Section> {
  const entry = locatePackage(PLUGIN, io.cwd);
  const bin = entry === undefined ? undefined : join(dirname(entry), 'bin.js');
  const ran = bin === undefined || !existsSync(bin) ? undefined : await run(bin, folder, io);
  return { title: 'Raw model calls', findings: findingsOf(folder, ran) };
}

async function run(bin: string, folder: string, io: Io): Promise<LintRun> {
  const child = spawn(process.execPath, [bin, resolve(io.cwd, folder)], { cwd: io.cwd, signal: io.signal });
  const exited = new Promise<number | null>((done, failed) => {
    child.once('error', failed);
    child.once('close', done);
  });
  child.stdin.end();
  const [out, error, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { code, lines: (error + out).trim().split('\n') };
}

/**
 * Returns the findings of the lint. A missing or failed plugin is a `mistake`, because the user requested the lint. `ran` is
 * `undefined` if the plugin is not installed.
 */
export function findingsOf(folder: string, ran: LintRun | undefined): readonly Finding[] {
  if (ran === undefined) {
    return [mistake(PLUGIN, `the folder was not checked; npm install --save-dev ${PLUGIN}`)];
  }
  const { code, lines } = ran;
  if (code === 0) return [ok(folder, lines.at(-1))];
  // The exit code 1 means that calls were found. The last line is then a summary, not a finding.
  const found = code === 1 && lines.length > 1 ? lines.slice(0, -1) : lines;
  return found.map((line) => mistake(folder, line));
}
