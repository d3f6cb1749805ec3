import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Io, Stdin } from '../src/io.ts';
import { main } from '../src/main.ts';

/** What a run of the command left behind. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface WorldOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Files of the working folder. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly stdin?: {
    readonly kind: Stdin['kind'];
    readonly text?: string;
    readonly bytes?: Uint8Array;
    readonly reading?: Promise<string>;
  };
  readonly terminal?: boolean;
  /** Cells of a line. Default: no end. */
  readonly columns?: number;
  /** What a person answers to `ask`, in order; then the person leaves. */
  readonly answers?: readonly string[];
  /** Default: the working folder. */
  readonly home?: string;
  readonly signal?: AbortSignal;
  /** Of the next turn of a conversation. */
  readonly turnSignal?: () => AbortSignal;
  /** Hears every piece of stdout. */
  readonly onOut?: (text: string) => void;
  /** Hears every piece of stderr. */
  readonly onErr?: (text: string) => void;
}

/** A folder of its own, and the command run in it, in this process. */
export interface World {
  readonly cwd: string;
  run(...argv: string[]): Promise<Ran>;
  /** The same in a folder of it. */
  runIn(folder: string, ...argv: string[]): Promise<Ran>;
  [Symbol.dispose](): void;
}

export function world(options: WorldOptions = {}): World {
  const cwd = mkdtempSync(join(tmpdir(), 'majordomo-cli-'));
  for (const [name, content] of Object.entries(options.files ?? {})) writeFileSync(join(cwd, name), content);
  const runIn = async (folder: string, ...argv: string[]): Promise<Ran> => {
    const written = { out: '', err: '' };
    const io = { ...ioOf(cwd, options, written), cwd: join(cwd, folder) };
    return { code: await main(argv, io), ...written };
  };
  return {
    cwd,
    runIn,
    run: (...argv) => runIn('.', ...argv),
    [Symbol.dispose]() {
      rmSync(cwd, { recursive: true });
    },
  };
}

function ioOf(cwd: string, options: WorldOptions, written: { out: string; err: string }): Io {
  const { env = {}, stdin = { kind: 'none' }, terminal = false, onOut } = options;
  const answers = [...(options.answers ?? [])];
  return {
    cwd,
    env,
    home: options.home ?? cwd,
    signal: options.signal ?? new AbortController().signal,
    takeTime: () => undefined,
    stdin: {
      kind: stdin.kind,
      text: async () => stdin.reading ?? stdin.text ?? '',
      async *bytes() {
        yield stdin.bytes ?? Buffer.from(stdin.text ?? '');
      },
    },
    stdout: {
      isTerminal: terminal,
      columns: options.columns ?? Infinity,
      colour: false,
      canErase: false,
      write(piece) {
        const text = textOf(piece);
        written.out += text;
        onOut?.(text);
      },
    },
    stderr: {
      isTerminal: terminal,
      columns: Infinity,
      colour: false,
      canErase: false,
      write(piece) {
        const text = textOf(piece);
        written.err += text;
        options.onErr?.(text);
      },
    },
    interruptible: (run) => run(options.turnSignal?.() ?? new AbortController().signal),
    ask: async () => answers.shift(),
    confirm: async () => answers.shift() === 'yes',
    text: async (_question, suggested) => answers.shift() || suggested,
    secret: async () => answers.shift(),
    choose: async () => answers.shift()?.split(' '),
  };
}

/** Bytes as letters of the same numbers. */
const textOf = (piece: string | Uint8Array): string =>
  typeof piece === 'string' ? piece : Buffer.from(piece).toString('latin1');

/** The environment that makes `lab/…` a vendor on 127.0.0.1. */
export const lab = ({ baseURL }: { readonly baseURL: string }): Readonly<Record<string, string>> => ({
  LLM_LAB: baseURL.replace('http://', 'openai+http://sk-test-of-the-lab@'),
});
