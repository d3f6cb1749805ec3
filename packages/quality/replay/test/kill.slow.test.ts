import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startFaultyServer } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { replay, type ReplayReport } from '../src/index.ts';
import { testFolder } from './support/fixture.ts';
import { experimentAt } from './support/replay-experiment.ts';

const PROCESS = join(import.meta.dirname, './support/replay-process.ts');
const CONCURRENCY = 3;
const UNITS = 40;

it.each([1, 11, 30])(
  'an experiment that SIGKILL ends at request %i sends no answered call again',
  async (last) => {
    const folder = testFolder();
    let isKilled = false;
    await using server = await startFaultyServer((_request, index) => {
      if (isKilled || index < last) return 'answer';
      child.kill('SIGKILL');
      return { delayMs: Infinity, text: '' };
    });
    const child = spawn(process.execPath, [PROCESS, server.openaiBaseURL, folder], { stdio: 'inherit' });
    const continued = (): Promise<ReplayReport> =>
      replay(experimentAt(server.openaiBaseURL), { folder, concurrency: CONCURRENCY });
    const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
    isKilled = true;
    expect(signal).toBe('SIGKILL');
    const before = server.requests.length;
    const report = await continued();
    expect(report.missing).toBe(0);
    const again = server.requests.length - UNITS;
    expect(again).toBeGreaterThanOrEqual(0);
    expect(again).toBeLessThanOrEqual(CONCURRENCY);
    // A call may have been booked whose answer was not written.
    expect(report.lost.calls).toBeLessThanOrEqual(CONCURRENCY);
    expect(before).toBeLessThanOrEqual(last + CONCURRENCY);
    const requests = server.requests.length;
    expect({ ...(await continued()), at: report.at }).toEqual(report);
    expect(server.requests).toHaveLength(requests);
  },
);
