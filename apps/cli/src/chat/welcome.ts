import { configuredIds } from '../backends/configured.ts';
import { unconfigured } from './unconfigured.ts';
import { loadSettings } from '../config/settings.ts';
import type { ExitCode } from '../program/exit.ts';
import type { Io } from '../program/io.ts';

/**
 * Implements `majordomo` without arguments. Explains the first steps if nothing is configured. Returns `undefined` if the help is
 * to be printed instead.
 */
export async function welcome(io: Io): Promise<ExitCode | undefined> {
  const settings = await loadSettings(io);
  const ids = await configuredIds(settings);
  return ids.length === 0 && settings.model === undefined ? unconfigured(settings, io) : undefined;
}
