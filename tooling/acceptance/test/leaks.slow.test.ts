import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startWireServer, type Step } from '@majordomo/conformance';
import { seededRandom } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { MAIN_SIDES } from '../src/wires.ts';

/** Number of calls. With SOAK=1, as in the nightly run, 10,000. */
const CALLS = process.env['SOAK'] === undefined ? 800 : 10_000;
const script = fileURLToPath(new URL('../src/leaks-process.ts', import.meta.url));
const FAULTS: readonly Step[] = [
  { failure: 'unavailable' },
  { failure: 'overloaded' },
  { fault: 'cut', at: { content: 2 } },
  { fault: 'end', at: { content: 1 } },
  { fault: 'in-band', failure: { failure: 'server' } },
  { fault: 'reset' },
];

interface Report {
  readonly ends: Record<'answered' | 'aborted' | 'abandoned' | 'failed', number>;
  readonly listeners: number;
  readonly before: readonly string[];
  readonly after: readonly string[];
}

it(`${CALLS} calls leave no listener, no timer and no socket behind, and the process ends by itself`, async () => {
  const random = seededRandom(7);
  const steps = (): Step =>
    random() < 0.2 ? (FAULTS[Math.floor(random() * FAULTS.length)] ?? 'ok') : 'one two three';
  const servers = await Promise.all(
    MAIN_SIDES.map(({ wire }) =>
      startWireServer({ wire, script: steps, split: 'event', delayMs: 1, validate: false }),
    ),
  );
  const child = spawn(
    process.execPath,
    ['--unhandled-rejections=strict', script, String(CALLS), ...servers.map(({ baseURL }) => baseURL)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  const [code] = (await once(child, 'exit')) as [number];
  await Promise.all(servers.map(({ close }) => close()));
  expect(code).toBe(0);
  const report = JSON.parse(out) as Report;
  const { ends } = report;
  expect(ends.answered + ends.aborted + ends.abandoned + ends.failed).toBe(CALLS);
  expect(ends.aborted).toBeGreaterThan(CALLS * 0.05);
  expect(ends.abandoned).toBeGreaterThan(CALLS * 0.05);
  expect(report.listeners).toBe(0);
  expect(report.after).toEqual(report.before);
}, 180_000);
