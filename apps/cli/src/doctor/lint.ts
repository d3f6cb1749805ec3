import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { locatePackage } from '../backends/load-package.ts';
import type { Io } from '../io.ts';
import { absent, mistake, ok, type Section } from './finding.ts';

const PLUGIN = '@majordomo/eslint-plugin';

/** Runs the plugin's own command on a folder: which raw model calls there are outside of provider packages. */
export async function lint(folder: string, io: Io): Promise<Section> {
  const title = 'Raw model calls';
  const entry = locatePackage(PLUGIN, io.cwd);
  const bin = entry === undefined ? undefined : join(dirname(entry), 'bin.js');
  if (bin === undefined || !existsSync(bin)) {
    return { title, findings: [absent(PLUGIN, `npm install --save-dev ${PLUGIN}`)] };
  }
  const child = spawn(process.execPath, [bin, resolve(io.cwd, folder)], { cwd: io.cwd, signal: io.signal });
  const exited = new Promise<number | null>((done, failed) => {
    child.once('error', failed);
    child.once('close', done);
  });
  child.stdin.end();
  const [out, error, code] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  const lines = (out + error).trim().split('\n');
  if (code === 0) return { title, findings: [ok(folder, lines.at(-1))] };
  // The last line counts the others.
  const found = code === 1 ? lines.slice(0, -1) : lines;
  return { title, findings: found.map((line) => mistake(folder, line)) };
}
