import { stat } from 'node:fs/promises';
import type { Ledger, Limit } from '@majordomo/ledger';
import type { Io } from '../program/io.ts';
import { printable } from '../terminal/paint.ts';
import { reasonOf } from '../program/reason.ts';

/** Time between two checks of the files, in milliseconds. A change is complete when two successive checks find the same files. */
const WATCH_MS = 200;

/** Files that are watched by polling, because editors and container platforms replace files. */
export class WatchedFiles {
  private readonly files: readonly string[];
  /** State of the files at the last report, at first when this object was created. */
  private loaded = '';
  /** State of the files at the previous check. */
  private seen = '';
  private timer: NodeJS.Timeout | undefined;

  private constructor(files: readonly string[]) {
    this.files = files;
  }

  /** Records the current state of the files, so that only later changes are reported. */
  static async create(files: readonly string[]): Promise<WatchedFiles> {
    const watched = new WatchedFiles(files);
    watched.loaded = await watched.signature();
    return watched;
  }

  /** Calls the listener after each change until the returned function is called. */
  onChange(listener: () => void): () => void {
    const look = async (): Promise<void> => {
      const present = await this.signature();
      if (present === this.seen && present !== this.loaded) {
        this.loaded = present;
        listener();
      }
      this.seen = present;
      // Without effect after the end of watching, which removes the timer.
      this.timer?.refresh();
    };
    if (this.files.length > 0) this.timer = setTimeout(() => void look(), WATCH_MS).unref();
    return () => {
      clearTimeout(this.timer);
      this.timer = undefined;
    };
  }

  private async signature(): Promise<string> {
    const stats = await Promise.all(this.files.map((file) => stat(file).catch(() => undefined)));
    return stats.map((file) => `${file?.mtimeMs} ${file?.size} ${file?.ino}`).join('\n');
  }
}

/**
 * Returns a function that calls `reload` after all earlier calls of `reload` have ended, so that reloads do not overlap. `reload` must not
 * reject, because all later reloads would then be skipped.
 */
export function inSequence(reload: () => Promise<void>): () => void {
  let running = Promise.resolve();
  return () => {
    running = running.then(reload);
  };
}

/** Returns a function that calls `load` and prints its result or its error. A `load` that fails must not change anything. */
export const reported =
  (subject: string, load: () => Promise<string>, { stderr }: Pick<Io, 'stderr'>) =>
  async (): Promise<void> => {
    try {
      stderr.write(printable(`${subject} reloaded: ${await load()}\n`));
    } catch (error) {
      stderr.write(printable(`${subject} not reloaded: ${reasonOf(error)}; the previous one stays in use\n`));
    }
  };

/** Replaces limits of the previous configuration. Does not replace unchanged limits, so that they retain their alerts. */
export function replaceLimits(ledger: Ledger, before: readonly Limit[], after: readonly Limit[]): void {
  for (const { name } of before) if (!after.some((limit) => limit.name === name)) ledger.removeLimit(name);
  const known = new Set(before.map((limit) => JSON.stringify(limit)));
  for (const limit of after) if (!known.has(JSON.stringify(limit))) ledger.setLimit(limit);
}
