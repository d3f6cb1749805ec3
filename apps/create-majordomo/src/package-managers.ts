import { spawn } from 'node:child_process';
import { CreateError } from './create-error.ts';

/** Package managers that can install the dependencies of an application. */
export const PACKAGE_MANAGERS = ['npm', 'pnpm', 'bun'] as const;

/** Package manager that installs the dependencies of an application. */
export type PackageManager = (typeof PACKAGE_MANAGERS)[number];

/** Whether a name is one of the package managers. */
export const isPackageManager = (name: string | undefined): name is PackageManager =>
  PACKAGE_MANAGERS.some((known) => known === name);

/**
 * Returns the package manager that runs this process, from the variable `npm_config_user_agent`, such as
 * `pnpm/12.21.0 node/v24.21.0`. Returns npm for all others.
 */
export function runningPackageManager(userAgent = ''): PackageManager {
  const [name] = userAgent.split('/');
  return isPackageManager(name) ? name : 'npm';
}

/** Installs the dependencies of a folder. Throws a `CreateError` if the package manager is missing or fails. */
export async function install(
  packageManager: PackageManager,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const child = spawn(packageManager, ['install'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
    // Windows starts the package managers through scripts.
    shell: process.platform === 'win32',
    signal,
  });
  const problem = await new Promise<string | undefined>((resolve) => {
    let failure: string | undefined;
    child.once('error', (error) => {
      const isMissing = 'code' in error && error.code === 'ENOENT';
      failure = isMissing ? `${packageManager} is not installed` : error.message;
      // A program that does not exist emits no other event.
      if (child.pid === undefined) resolve(failure);
    });
    child.once('close', (code, killedBy) => {
      if (code === 0) resolve(undefined);
      else resolve(failure ?? `it ended with ${killedBy ?? `code ${code}`}`);
    });
  });
  signal?.throwIfAborted();
  if (problem !== undefined)
    throw new CreateError(
      `${packageManager} install failed: ${problem}; fix this, or use --package-manager none`,
    );
}
