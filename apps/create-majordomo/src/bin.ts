#!/usr/bin/env node
import { EXIT, main } from './main.ts';

/** Exit codes by signal, as in shells. */
const ENDINGS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
const controller = new AbortController();
let ended: number | undefined;
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    ended ??= ENDINGS[signal];
    controller.abort();
  });

// Code if the input is closed during a question, for example with Ctrl-D. Then nothing else ends the question.
process.exitCode = EXIT.interrupted;
void main(process.argv.slice(2), {
  cwd: process.cwd(),
  isTerminal: process.stdin.isTTY && process.stdout.isTTY,
  userAgent: process.env['npm_config_user_agent'],
  nodeVersion: process.versions.node,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  signal: controller.signal,
}).then((code) => {
  process.exitCode = ended ?? code;
});
