import { expect, it } from 'vitest';
import type { Io } from '../program/io.ts';
import { configuredTargets } from './configured-targets.ts';
import type { Settings } from './settings.ts';

const settings = { model: 'nowhere/none', aliases: {} } as unknown as Settings;
const io = (signal: AbortSignal): Io => ({ cwd: '/', signal }) as unknown as Io;

it('omits a spec that cannot be opened, but rejects if the command is aborted', async () => {
  expect(await configuredTargets(settings, io(new AbortController().signal))).toEqual([]);
  await expect(configuredTargets(settings, io(AbortSignal.abort('ended')))).rejects.toBe('ended');
});
