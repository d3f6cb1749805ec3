import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { bootTime, processStart } from './process-start.ts';

it.runIf(process.platform === 'linux')(
  'the start of a process differs from those of others, and is stable',
  async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const [own, again, other] = await Promise.all([
      processStart(process.pid),
      processStart(process.pid),
      processStart(child.pid ?? 0),
    ]);
    expect(own?.identity).toMatch(/^[0-9a-f]{16}$/);
    expect(again?.identity).toBe(own?.identity);
    expect(other?.identity).not.toBe(own?.identity);
    expect([own?.hasEnded, other?.hasEnded]).toEqual([false, false]);
    expect(Math.abs((own?.at ?? 0) - performance.timeOrigin)).toBeLessThan(60_000);
    expect(own?.at).toBeGreaterThan(bootTime());
    child.kill('SIGKILL');
    await once(child, 'exit');
  },
);

it('the start of an unknown process is not known', async () => {
  expect(await processStart(99_999_999)).toBeUndefined();
});
