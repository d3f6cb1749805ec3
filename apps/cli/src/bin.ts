#!/usr/bin/env node
import { EXIT } from './exit.ts';
import { Interrupts } from './interrupts.ts';
import { main } from './main.ts';
import { processIo } from './process-io.ts';

const interrupts = new Interrupts();
process.on('SIGINT', () => {
  if (interrupts.signal.aborted) process.exit(EXIT.interrupted);
  if (interrupts.press() === 'command')
    setTimeout(() => process.exit(EXIT.interrupted), interrupts.graceMs).unref();
});
/** What ends a command from outside, with the exit code of shells for it. */
const ENDINGS = { SIGHUP: 129, SIGTERM: 143 } as const;
let ended: number | undefined;
const end = (signal: keyof typeof ENDINGS): void => {
  ended = ENDINGS[signal];
  // What was changed of the terminal is put back, and connections are closed.
  interrupts.end();
  setTimeout(() => process.exit(ended), interrupts.graceMs).unref();
};
process.on('SIGHUP', (signal) => {
  if (interrupts.reload === undefined) end(signal as 'SIGHUP');
  else interrupts.reload();
});
process.once('SIGTERM', end);
// `majordomo … | head`: the reader has what it wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
// Nobody hears the complaints: the answer continues.
process.stderr.on('error', () => undefined);

const code = await main(process.argv.slice(2), processIo(process.env, interrupts));
const exit = (): void => process.exit(ended ?? code);
// Idle connections would keep the process for seconds; what was written is flushed first. What could not be, fails above.
process.stdout.write('', (error) => {
  if (error === null || error === undefined) process.stderr.write('', exit);
  else setImmediate(exit);
});
