import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateError } from './create-error.ts';
import { install, type PackageManager } from './package-managers.ts';
import { folderOfTemplate, type Template } from './templates.ts';

/** Options of `createProject`. */
export interface CreateOptions {
  /** Name of the application in its `package.json`. */
  readonly name: string;
  /** Folder of the application. It must be empty, or not exist. A folder `.git` is permitted. */
  readonly folder: string;
  /** Template of the application. */
  readonly template: Template;
  /** Package manager that installs the dependencies. `@default undefined`: they are not installed */
  readonly packageManager?: PackageManager | undefined;
  /** Stops the creation. The folder is then as it was before. `@default undefined` */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Creates an application from a template. Throws a `CreateError` if the folder is not empty or the dependencies cannot be
 * installed. After a failure or an abort, the folder is as it was before.
 */
export async function createProject(options: CreateOptions): Promise<void> {
  const { name, folder, template, packageManager, signal } = options;
  const before = await requireEmpty(folder);
  const created = await mkdir(folder, { recursive: true });
  try {
    await cp(folderOfTemplate(template), folder, { recursive: true });
    // Every template contains both files under another name, because npm does not publish files with these names.
    for (const file of ['gitignore', 'npmrc'])
      await rename(join(folder, `_${file}`), join(folder, `.${file}`));
    await setName(join(folder, 'package.json'), name);
    signal?.throwIfAborted();
    if (packageManager !== undefined) await install(packageManager, folder, signal);
  } catch (error) {
    await undo(folder, created, before);
    throw error;
  }
}

/** Returns the entries of a folder that may stay. Throws a `CreateError` for all other entries. */
export async function requireEmpty(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    if (code === 'ENOTDIR') throw new CreateError(`${folder} is a file; choose another name`);
    throw error;
  });
  if (entries.every((entry) => entry === '.git')) return entries;
  throw new CreateError(`the folder ${folder} is not empty; choose another name, or empty the folder`);
}

async function setName(file: string, name: string): Promise<void> {
  const manifest = JSON.parse(await readFile(file, 'utf8')) as Readonly<Record<string, unknown>>;
  await writeFile(file, `${JSON.stringify({ ...manifest, name }, undefined, 2)}\n`);
}

/** Removes everything that was created. `created` is the first folder that did not exist before. */
async function undo(folder: string, created: string | undefined, before: readonly string[]): Promise<void> {
  const entries = created === undefined ? await readdir(folder) : [];
  const paths = entries.filter((entry) => !before.includes(entry)).map((entry) => join(folder, entry));
  if (created !== undefined) paths.push(created);
  for (const path of paths) await rm(path, { recursive: true, force: true, maxRetries: 5 });
}
