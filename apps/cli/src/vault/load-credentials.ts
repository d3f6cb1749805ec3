import type { Vault } from '@majordomo/credentials';
import type { Io } from '../program/io.ts';
import { loadPackage } from '../program/load-package.ts';

export type Credentials = typeof import('@majordomo/credentials');

const NAME = '@majordomo/credentials';

/** Loads `@majordomo/credentials`. `why`: the feature that needs the package. Throws `Stop` if the package is not installed. */
export const loadCredentials = async (io: Pick<Io, 'cwd'>, why: string): Promise<Credentials> =>
  (await loadPackage(NAME, io.cwd, why)) as Credentials;

/** User's vault, with the path of its file. */
export interface UserVault {
  readonly path: string;
  readonly vault: Vault;
}

/** Returns the vault. The vault's file is read on first use. */
export async function userVault(
  { cwd, env, home }: Pick<Io, 'cwd' | 'env' | 'home'>,
  why: string,
): Promise<UserVault> {
  const loaded = await loadPackage(`${NAME}/node`, cwd, why);
  const { defaultVaultPath, fileVault } = loaded as typeof import('@majordomo/credentials/node');
  const path = defaultVaultPath(env, home);
  return { path, vault: fileVault({ path }) };
}
