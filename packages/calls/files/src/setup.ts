import type { Clock, FileBackend } from '@majordomo/core';
import type { FileEvent } from './contract.ts';
import type { References } from './references.ts';
import type { Uploads } from './uploads.ts';

/** Options and state that all calls share. */
export interface Setup {
  readonly references: References;
  readonly uploads: Uploads;
  readonly aboveBytes: number;
  readonly keepMs: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly emit: (event: FileEvent) => void;
}

/** Returns the lifetime of uploads to a storage, in milliseconds. */
export const keepMsAt = ({ keepMs }: Pick<Setup, 'keepMs'>, { lifetimeMs }: FileBackend): number =>
  Math.min(Math.max(keepMs, lifetimeMs.least), lifetimeMs.most);
