import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { startFaultyServer } from '@majordomo/testing';
import { expect, test } from 'vitest';
import { recordingsOf, testFolder } from './support/fixture.ts';

const PROCESS = join(import.meta.dirname, 'support/record-process.ts');
const CONCURRENCY = 2;
const SAMPLES = 20;
/** Requests at which the process is killed. With SOAK=1, as in the nightly run, also the first and a late one. */
const KILLED_AT = process.env['SOAK'] === undefined ? [7] : [1, 7, 16];

const start = (baseURL: string, folder: string, mode: string): ChildProcess =>
  spawn(process.execPath, [PROCESS, baseURL, folder, mode], { stdio: ['ignore', 'pipe', 'inherit'] });

async function totalsOf(child: ChildProcess): Promise<unknown> {
  return JSON.parse(await text(child.stdout!));
}

test.each(KILLED_AT)('a recording that SIGKILL ends at request %i continues and replays', async (last) => {
  const folder = testFolder();
  let killed = false;
  await using server = await startFaultyServer((_request, index) => {
    if (killed || index < last) return 'answer';
    child.kill('SIGKILL');
    return { delayMs: Infinity, text: '' };
  });
  const child = start(server.openaiBaseURL, folder, 'record');
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
  killed = true;
  expect(signal).toBe('SIGKILL');
  const before = server.requests.length;
  const continued = await totalsOf(start(server.openaiBaseURL, folder, 'record'));
  expect(continued).toMatchObject({ samples: SAMPLES, errors: 0 });
  // Only samples that were running at the SIGKILL may be requested again.
  expect(server.requests.length - before).toBeLessThanOrEqual(SAMPLES - last + CONCURRENCY);
  const complete = recordingsOf(folder);
  expect(complete.trimEnd().split('\n')).toHaveLength(SAMPLES + 1);
  const requests = server.requests.length;
  expect(await totalsOf(start('http://127.0.0.1:1', folder, 'replay'))).toMatchObject({
    errors: 0,
    replayed: SAMPLES,
  });
  expect([server.requests.length, recordingsOf(folder)]).toEqual([requests, complete]);
});
