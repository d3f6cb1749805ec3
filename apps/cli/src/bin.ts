#!/usr/bin/env node
import { EXIT } from './program/exit.ts';
import { Interrupts } from './terminal/interrupts.ts';
import { main } from './main.ts';
import { processIo } from './terminal/process-io.ts';

const interrupts = new Interrupts();
process.on('SIGINT', () => {
  // The command is already ending, so another Ctrl-C exits at once.
  if (interrupts.signal.aborted) process.exit(EXIT.interrupted);
  if (interrupts.press() === 'command')
    setTimeout(() => process.exit(EXIT.interrupted), interrupts.graceMs).unref();
});
/** Exit codes by signal, as in shells. */
const ENDINGS = { SIGHUP: 129, SIGTERM: 143 } as const;
let ended: number | undefined;
const end = (signal: keyof typeof ENDINGS): void => {
  ended = ENDINGS[signal];
  // Abort the command, so that it closes its connections and restores the terminal.
  interrupts.end();
  setTimeout(() => process.exit(ended), interrupts.graceMs).unref();
};
/** Whether a write failed because the terminal was closed. Commands that reload on SIGHUP detect it only here. */
const isTerminalClosed = ({ code }: NodeJS.ErrnoException): boolean => code === 'EIO';
process.on('SIGHUP', () => {
  if (interrupts.reload === undefined) end('SIGHUP');
  else interrupts.reload();
});
process.once('SIGTERM', () => end('SIGTERM'));
// EPIPE is not a failure. It means that the reader, as in `majordomo … | head`, has closed the pipe.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (isTerminalClosed(error)) end('SIGHUP');
  else process.exit(error.code === 'EPIPE' ? 0 : 1);
});
// A closed stderr must not end the command, unless the terminal was closed.
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  if (isTerminalClosed(error)) end('SIGHUP');
});

const code = await main(process.argv.slice(2), processIo(process.env, interrupts));
// SIGTERM is the normal way to stop a server, so a server that ends in time exits with 0.
const isStopped = ended === ENDINGS.SIGTERM && interrupts.isServer && code === EXIT.interrupted;
const exit = (): void => process.exit(isStopped ? EXIT.ok : (ended ?? code));
// Idle connections would keep the process running for seconds, so it exits as soon as its output is flushed.
process.stdout.write('', (error) => {
  if (error === null || error === undefined) process.stderr.write('', exit);
  // Node calls the listener of `error` after this callback, and the listener knows the exit code of a failed write.
  else setImmediate(exit);
});
