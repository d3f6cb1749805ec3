import { writeSync } from 'node:fs';

/** What the last line of a measured process begins with: then come the milliseconds that it went on living. */
export const GONE = 'gone ';

/** How long a measured process that has closed everything lives on, so that the servers can be asked. */
export const IDLE_MS = 4000;

/** Prints the report and, when nothing keeps the process alive any more, how long that took. */
export function lastWords(report: unknown): void {
  process.stdout.write(`${JSON.stringify(report)}\n`);
  const told = performance.now();
  process.once('exit', () => {
    writeSync(1, `${GONE}${Math.round(performance.now() - told)}\n`);
  });
}
