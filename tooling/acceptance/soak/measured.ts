import { writeSync } from 'node:fs';

/** Prefix of the last line of a measured process. The milliseconds until its exit follow. */
export const GONE = 'gone ';

/**
 * Time in milliseconds for which a measured process stays alive after it has closed everything, so that the parent can read the
 * state of the servers.
 */
export const IDLE_MS = 4000;

/** Prints the report. When nothing keeps the process alive, prints the time until then. */
export function sendReport(report: unknown): void {
  process.stdout.write(`${JSON.stringify(report)}\n`);
  const startedAt = performance.now();
  process.once('exit', () => {
    writeSync(1, `${GONE}${Math.round(performance.now() - startedAt)}\n`);
  });
}

/**
 * Closes the process-wide connection pool when no response is open. Returns false if a response is still open after `ms`.
 * Afterwards no request can be sent.
 */
export async function closeIdle(ms: number): Promise<boolean> {
  // Import it here, because an import at the top would replace Node's connection pool.
  const { getGlobalDispatcher } = await import('undici');
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  const closed = await Promise.race([
    getGlobalDispatcher()
      .close()
      .then(() => true),
    late,
  ]);
  clearTimeout(timer);
  return closed;
}
