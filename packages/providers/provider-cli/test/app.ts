import process from 'node:process';
import { createMajordomo, user } from '@majordomo/core';
import { createCli } from '../src/index.ts';

/** An application in its own process with one running call: `node app.ts COMMAND`. */
const majordomo = createMajordomo({
  providers: [createCli({ cli: 'claude', command: process.argv[2] })],
  env: { PATH: process.env['PATH'] },
});
await majordomo.model('anthropic-cli/default').generate({ messages: [user('hi')] });
