import { appendFileSync } from 'node:fs';
import { connectMcp } from '../../src/index.ts';

// An app with a stubborn server: it is killed, or closes its toolbox and has nothing else to do.
const log = process.env['LOG'] ?? '';
const server = new URL('hostile.mjs', import.meta.url).pathname;
const box = await connectMcp({
  name: 'h',
  place: { command: process.execPath, args: [server], env: { LOG: log, MODE: 'stubborn' } },
});
appendFileSync(log, 'connected\n');
if (process.argv[2] === 'close') await box.close();
