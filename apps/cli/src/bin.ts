#!/usr/bin/env node
import { EXIT } from './exit.ts';
import { Interrupts } from './interrupts.ts';
import { main } from './main.ts';
import { processIo } from './process-io.ts';

/** Longest that a command may take to put its things away after Ctrl-C. */
const GRACE_MS = 250;

const interrupts = new Interrupts();
process.on('SIGINT', () => {
  if (interrupts.signal.aborted) process.exit(EXIT.interrupted);
  if (interrupts.press() === 'command') setTimeout(() => process.exit(EXIT.interrupted), GRACE_MS).unref();
});
// `majordomo … | head`: the reader has what it wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const code = await main(process.argv.slice(2), processIo(process.env, interrupts));
// Idle connections would keep the process for seconds; what was written is flushed first.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
