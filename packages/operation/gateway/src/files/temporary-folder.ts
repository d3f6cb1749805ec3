/** Members of Node's built-ins that this file uses. */
interface Builtins {
  readonly 'node:fs': {
    mkdtempSync(prefix: string): string;
    openAsBlob(path: string, options: { readonly type: string }): Promise<Blob>;
    rmSync(path: string, options: { readonly recursive: true; readonly force: true }): void;
    readonly promises: {
      open(path: string, flags: 'wx', mode: number): Promise<Handle>;
      rm(path: string, options: { readonly force: true }): Promise<void>;
    };
  };
  readonly 'node:os': { tmpdir(): string };
}

interface Handle {
  writeFile(data: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

interface Process {
  getBuiltinModule?<Name extends keyof Builtins>(name: Name): Builtins[Name] | undefined;
  once(event: 'exit', listener: () => void): unknown;
}

const { process } = globalThis as { readonly process?: Process };

/** Folder for temporary files that only the user of the process can read. It is created when it is needed, and removed at the end of the process. */
export class TemporaryFolder {
  private path: string | undefined;

  /** Writes content to a new file, and returns a blob that reads the file. Without a file system, the blob is in memory. */
  async write(name: string, content: ReadableStream<Uint8Array>, type: string): Promise<Blob> {
    const fs = process?.getBuiltinModule?.('node:fs');
    if (fs === undefined) return new Response(content, { headers: { 'content-type': type } }).blob();
    const path = `${this.open(fs)}/${name}`;
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

  /** Removes a file. The removal at the end of the process includes a file that cannot be removed now. */
  remove(name: string): void {
    const fs = process?.getBuiltinModule?.('node:fs');
    fs?.promises.rm(`${this.path}/${name}`, { force: true }).catch(() => undefined);
  }

  private open(fs: Builtins['node:fs']): string {
    if (this.path !== undefined) return this.path;
    const parent = process?.getBuiltinModule?.('node:os')?.tmpdir() ?? '/tmp';
    const path = fs.mkdtempSync(`${parent}/majordomo-files-`);
    process?.once('exit', () => {
      fs.rmSync(path, { recursive: true, force: true });
    });
    this.path = path;
    return path;
  }
}
