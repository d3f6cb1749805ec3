import { join } from 'node:path';
import { startProgram, type RunningProgram } from '@majordomo/services';

/** Starts `<name>-process.ts` of this folder, whose name contains its folder, such as `stores/job`. */
export const startNamed = (name: string, ...args: readonly string[]): RunningProgram =>
  startProgram(join(import.meta.dirname, `${name}-process.ts`), ...args);
