#!/usr/bin/env node
import { main } from './main.ts';

/** Exit codes by signal, as in shells. */
const ENDINGS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
const controller = new AbortController();
let ended: number | undefined;
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    ended ??= ENDINGS[signal];
    controller.abort();
  });

const code = await main(process.argv.slice(2), {
  cwd: process.cwd(),
  isTerminal: process.stdin.isTTY && process.stdout.isTTY,
  userAgent: process.env['npm_config_user_agent'],
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  signal: controller.signal,
});
process.exitCode = ended ?? code;
