import { builtinModule } from '@majordomo/core/toolkit';

/** Members of `node:fs` that this file uses. */
interface Fs {
  mkdirSync(path: string, options: { readonly recursive: true; readonly mode: number }): unknown;
  openAsBlob(path: string, options: { readonly type: string }): Promise<Blob>;
  rmSync(path: string, options: { readonly recursive: true; readonly force: true }): void;
  utimesSync(path: string, read: Date, changed: Date): void;
  readonly promises: {
    open(path: string, flags: 'wx', mode: number): Promise<Handle>;
    readdir(path: string): Promise<readonly string[]>;
    rm(path: string, options: { readonly recursive?: true; readonly force: true }): Promise<void>;
    stat(path: string): Promise<{ readonly mtimeMs: number }>;
    utimes(path: string, read: Date, changed: Date): Promise<void>;
  };
}

interface Handle {
  writeFile(data: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

interface Process {
  once(event: 'exit', listener: () => void): unknown;
}

const { process } = globalThis as { readonly process?: Process };

const fileSystem = (): Fs | undefined => builtinModule<Fs>('node:fs');

const PREFIX = 'majordomo-file-copies-';
/** Time after its last use at which a folder belongs to a process that was killed, in milliseconds. */
const ABANDONED_MS = 86_400_000;

/**
 * Folder for temporary files that only the user of the process can read. It is created when it is needed, and removed at the end of the
 * process. A folder of a killed process is removed when another process writes a file a day later.
 */
export class TemporaryFolder {
  private path: string | undefined;

  /** Writes content to a new file, and returns a blob that reads the file. Without a file system, the blob is in memory. */
  async write(name: string, content: ReadableStream<Uint8Array>, type: string): Promise<Blob> {
    const fs = fileSystem();
    if (fs === undefined) return new Response(content, { headers: { 'content-type': type } }).blob();
    const path = `${this.open(fs)}/${name}`;
    removeAbandoned(fs).catch(() => undefined);
    try {
      const handle = await fs.promises.open(path, 'wx', 0o600);
      try {
        for await (const chunk of content) await handle.writeFile(chunk);
      } finally {
        await handle.close();
      }
      return await fs.openAsBlob(path, { type });
    } catch (error) {
      await fs.promises.rm(path, { force: true });
      throw error;
    }
  }

  /** Records that a file is used, so that other processes do not regard the folder as abandoned. */
  touch(): void {
    const now = new Date();
    if (this.path !== undefined)
      fileSystem()
        ?.promises.utimes(this.path, now, now)
        .catch(() => undefined);
  }

  /** Removes a file. The removal at the end of the process includes a file that cannot be removed now. */
  remove(name: string): void {
    fileSystem()
      ?.promises.rm(`${this.path}/${name}`, { force: true })
      .catch(() => undefined);
  }

  /** Creates the folder, also if another process has removed it because it was empty for a day. */
  private open(fs: Fs): string {
    const path = this.path ?? `${parentFolder()}/${PREFIX}${crypto.randomUUID()}`;
    fs.mkdirSync(path, { recursive: true, mode: 0o700 });
    // Otherwise, a folder that was not used for a day could be removed as abandoned while a file is written.
    const now = new Date();
    fs.utimesSync(path, now, now);
    if (this.path === undefined)
      process?.once('exit', () => {
        fs.rmSync(path, { recursive: true, force: true });
      });
    this.path = path;
    return path;
  }
}

const parentFolder = (): string => builtinModule<{ tmpdir(): string }>('node:os')?.tmpdir() ?? '/tmp';

/** Removes the folders of processes that were killed. */
async function removeAbandoned({ promises }: Fs): Promise<void> {
  const parent = parentFolder();
  for (const name of await promises.readdir(parent)) {
    if (!name.startsWith(PREFIX)) continue;
    const path = `${parent}/${name}`;
    const { mtimeMs } = await promises.stat(path).catch(() => ({ mtimeMs: Infinity }));
    // Other users' folders cannot be removed.
    if (Date.now() - mtimeMs > ABANDONED_MS)
      await promises.rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}
