import { rename } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Error codes of Windows for the replacement of a file that another process, such as a virus scanner, has open. */
const IN_USE: ReadonlySet<unknown> = new Set(['EACCES', 'EBUSY', 'EPERM']);
const TRIES = 20;
const PAUSE_MS = 50;

/** Platform and functions of the operating system, which tests replace. */
export interface System {
  readonly isWindows: boolean;
  rename(from: string, to: string): Promise<void>;
  sleep(ms: number): Promise<unknown>;
}

const SYSTEM: System = { isWindows: process.platform === 'win32', rename, sleep };

/** Renames a file over another one. On Windows, retries for a second while another process has either file open. */
export async function replaceFile(from: string, to: string, system: System = SYSTEM): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await system.rename(from, to);
      return;
    } catch (error) {
      const isInUse = error instanceof Error && 'code' in error && IN_USE.has(error.code);
      const isTemporary = system.isWindows && isInUse;
      if (!isTemporary || tries === TRIES) throw error;
      await system.sleep(PAUSE_MS);
    }
  }
}
