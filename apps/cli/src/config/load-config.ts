import { redact } from '@majordomo/core/toolkit';
import { Stop } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { readJson } from '../files/read-json.ts';
import { reasonOf } from '../program/reason.ts';
import { checkConfig } from './check-config.ts';
import type { MajordomoConfig } from './config.ts';
import { findConfigs } from './find-config.ts';
import { importConfig } from './import-config.ts';
import { trustIn, type Trust } from './trust.ts';

/** Configuration with its file. */
export interface LoadedConfig {
  readonly file: string;
  /** Content of the file, or `{}` for an untrusted file, because untrusted files are not read. */
  readonly config: MajordomoConfig;
  /** State of trust in the file. The user's configuration is always trusted. */
  readonly trust: Trust;
}

/**
 * Loads the project's configuration and the user's configuration, in order of precedence. A project's file is neither run nor
 * read unless it is trusted.
 */
export async function loadConfigs(io: Pick<Io, 'cwd' | 'home' | 'env'>): Promise<readonly LoadedConfig[]> {
  const { project, user } = await findConfigs(io);
  const loaded: LoadedConfig[] = [];
  if (project !== undefined) {
    const trust = trustIn(project, io);
    const config = trust === 'trusted' ? await checkConfig(project, await read(project)) : {};
    loaded.push({ file: project, config, trust });
  }
  if (user !== undefined)
    loaded.push({ file: user, config: await checkConfig(user, await read(user)), trust: 'trusted' });
  return loaded;
}

async function read(file: string): Promise<unknown> {
  if (file.endsWith('.json')) return readJson(file, file);
  try {
    return await importConfig(file);
  } catch (error) {
    throw new Stop(`${file} cannot be read: ${oldNode(error) ?? redact(reasonOf(error))}`);
  }
}

/** Returns the reason and the remedy if this version of Node cannot load TypeScript. */
export const oldNode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && error.code === 'ERR_UNKNOWN_FILE_EXTENSION'
    ? `a file in TypeScript requires Node 22.18 or later, not ${process.versions.node}; write it in JavaScript`
    : undefined;
