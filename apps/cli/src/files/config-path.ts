import { join, resolve } from 'node:path';
import type { Io } from '../program/io.ts';

/** Resolves a path of a configuration. `~/` is the home folder. Other paths are relative to `folder`. */
export const configPath = (path: string, folder: string, { home }: Pick<Io, 'home'>): string =>
  path.startsWith('~/') ? join(home, path.slice(2)) : resolve(folder, path);
