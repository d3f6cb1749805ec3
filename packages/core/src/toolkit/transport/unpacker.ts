/** A transform stream of `node:zlib`, as far as it is used. */
interface Zlib {
  write(bytes: Uint8Array): boolean;
  end(): void;
  pause(): void;
  resume(): void;
  destroy(): void;
  pipe(next: Zlib): void;
  on(event: 'data', listener: (bytes: Uint8Array) => void): void;
  on(event: 'error', listener: (error: unknown) => void): void;
  on(event: 'end' | 'drain', listener: () => void): void;
}

interface ZlibModule {
  readonly constants: { readonly Z_SYNC_FLUSH: number; readonly BROTLI_OPERATION_FLUSH: number };
  createGunzip(options: object): Zlib;
  createInflate(options: object): Zlib;
  createBrotliDecompress(options: object): Zlib;
}

/** Who gets what is unpacked. */
export interface Unpacked {
  data(bytes: Uint8Array): void;
  end(): void;
  error(error: unknown): void;
  /** `write` has said false, and there is room again. */
  drain(): void;
}

export interface Unpacker {
  /** False: wait for `drain`. */
  write(bytes: Uint8Array): boolean;
  end(): void;
  pause(): void;
  resume(): void;
  destroy(): void;
}

interface NodeProcess {
  getBuiltinModule?(name: string): unknown;
}

/** True where Node hands out its modules without an import, which a bundle for a browser could not have. */
export const canUnpack = (): boolean =>
  typeof (globalThis as { process?: NodeProcess }).process?.getBuiltinModule === 'function';

/**
 * Unpacks a body as `fetch` does, with its leniency: nothing at all is an empty body, members follow each other, and what
 * has been flushed is handed on. The platform's `DecompressionStream` takes none of these. Undefined where nothing is to be
 * unpacked: with a packing that nobody knows, such as `none` or a charset, the bytes are taken as they are.
 */
export function unpackerOf(contentEncoding: string | undefined, to: Unpacked): Unpacker | undefined {
  const packings = (contentEncoding ?? '').toLowerCase().split(',');
  const names = packings.map((name) => name.trim()).filter((name) => name !== '' && name !== 'identity');
  const makers = names.map((name) => MAKERS.get(name));
  const known = makers.filter((maker) => maker !== undefined);
  if (known.length === 0 || known.length < makers.length) return undefined;
  const { process } = globalThis as { process?: NodeProcess };
  const zlib = process?.getBuiltinModule?.('node:zlib') as ZlibModule;
  // The last that was put on comes off first.
  return joined(
    known.reverse().map((make) => make(zlib)),
    to,
  );
}

const lenient = ({ constants: { Z_SYNC_FLUSH } }: ZlibModule): object => ({
  flush: Z_SYNC_FLUSH,
  finishFlush: Z_SYNC_FLUSH,
});

const gunzip = (zlib: ZlibModule): Zlib => zlib.createGunzip(lenient(zlib));

const MAKERS: ReadonlyMap<string, (zlib: ZlibModule) => Zlib> = new Map([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  ['deflate', (zlib: ZlibModule) => zlib.createInflate(lenient(zlib))],
  [
    'br',
    (zlib: ZlibModule) => {
      const flush = zlib.constants.BROTLI_OPERATION_FLUSH;
      return zlib.createBrotliDecompress({ flush, finishFlush: flush });
    },
  ],
]);

function joined(streams: readonly Zlib[], to: Unpacked): Unpacker {
  const first = streams[0] as Zlib;
  const last = streams[streams.length - 1] as Zlib;
  streams.forEach((stream, at) => {
    stream.on('error', (error) => to.error(error));
    const next = streams[at + 1];
    if (next !== undefined) stream.pipe(next);
  });
  first.on('drain', () => to.drain());
  last.on('data', (bytes) => to.data(bytes));
  last.on('end', () => to.end());
  return {
    write: (bytes) => first.write(bytes),
    end: () => first.end(),
    pause: () => last.pause(),
    resume: () => last.resume(),
    destroy: () => {
      for (const stream of streams) stream.destroy();
    },
  };
}
