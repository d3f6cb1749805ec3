import type { JobProgress } from '@majordomo/batch';
import { formatUsd } from '@majordomo/catalog';
import { drawProgress, eraseLine } from '../terminal/bar.ts';
import type { Io } from '../program/io.ts';
import { printable } from '../terminal/paint.ts';

/** Returns a listener that updates one line on a terminal. Without a terminal, it writes a line for each change. */
export function progressOn({ stderr }: Pick<Io, 'stderr'>): {
  readonly onProgress: (progress: JobProgress) => void;
  readonly clear: () => void;
} {
  let last = '';
  return {
    onProgress(progress) {
      const line = describe(progress);
      const share = progress.total === 0 ? 1 : (progress.answered + progress.failed) / progress.total;
      drawProgress(stderr, share, line);
      if (!stderr.canErase && line !== last) stderr.write(`${line}\n`);
      last = line;
    },
    clear() {
      eraseLine(stderr);
    },
  };
}

/** Returns the progress in one line. */
export function describe({ key, state, total, answered, failed, nanoUsd, batches }: JobProgress): string {
  const cost = nanoUsd === undefined ? 'cost unknown' : formatUsd(nanoUsd);
  const many = `${batches.length} ${batches.length === 1 ? 'batch' : 'batches'}`;
  return printable(`${key}: ${state}, ${answered}/${total} answered, ${failed} failed, ${cost}, ${many}`);
}
