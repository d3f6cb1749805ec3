import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { createCli } from '../src/index.ts';
import { callModel } from './calls.ts';
import { fakeCli, waitForExit, SAYS_HELLO } from './fake-cli.ts';

const APP = fileURLToPath(new URL('app.ts', import.meta.url));

/** A CLI and a helper that ignore every signal but SIGKILL. */
const STUBBORN = `
  const { spawn } = require('node:child_process');
  const deaf = "for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(name, () => undefined); setInterval(() => {}, 1000);";
  const helper = spawn(process.execPath, ['-e', deaf], { stdio: 'ignore' });
  write('helper', helper.pid);
  eval(deaf);
  stdin();
  write('pid', process.pid);`;

describe.skipIf(process.platform === 'win32')('a CLI and its children end with the application', () => {
  it.each(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const)('that ends by %s', async (signal) => {
    await using cli = await fakeCli(STUBBORN);
    // A separate group, which receives a signal like a terminal's.
    const app = spawn(process.execPath, [APP, cli.command], { stdio: 'inherit', detached: true });
    const pids = [Number(await cli.wrote('pid')), Number(await cli.wrote('helper'))];
    if (app.pid === undefined) throw new Error('the app did not start');
    process.kill(-app.pid, signal);
    await once(app, 'exit');
    for (const pid of pids) await waitForExit(pid);
  });
});

it('leaves one listener on the process after many calls', async () => {
  await using cli = await fakeCli(SAYS_HELLO);
  const provider = createCli({ cli: 'claude', command: cli.command });
  const before = process.listenerCount('exit');
  await Promise.all(Array.from({ length: 12 }, () => callModel(provider)));
  expect(process.listenerCount('exit') - before).toBeLessThanOrEqual(1);
});
