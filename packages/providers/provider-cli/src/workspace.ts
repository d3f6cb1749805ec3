import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SystemPlace } from './spec.ts';

/** Working directory of one call, and the changes to the command for the system text. */
export interface Workspace {
  readonly cwd: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

/**
 * Creates a temporary working directory, or uses the application's directory. Writes the system text to the file that the CLI
 * reads. With the application's directory, `system` is `undefined` for a CLI that reads the text from a file in that directory.
 */
export async function openWorkspace(
  place: SystemPlace,
  system: string | undefined,
  cwd: string | undefined,
): Promise<Workspace> {
  if (cwd !== undefined && system === undefined)
    return { cwd, args: [], env: {}, remove: () => Promise.resolve() };
  const folder = await mkdtemp(join(tmpdir(), 'majordomo-cli-'));
  const work = join(folder, 'work');
  const file = join(...('file' in place ? [work, place.file] : [folder, 'system.md']));
  await mkdir(work);
  if (system !== undefined) await writeFile(file, system, { mode: 0o600 });
  return {
    cwd: cwd ?? work,
    args: system !== undefined && 'flag' in place ? [place.flag, file] : [],
    env: system !== undefined && 'variable' in place ? { [place.variable]: file } : {},
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}
