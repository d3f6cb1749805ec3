import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTrust } from '../src/config/trust.ts';
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
  /** Files of the working folder. A configuration among them is trusted, unless `trusted` is false. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly trusted?: false;
  readonly stdin?: {
    readonly kind: Stdin['kind'];
    readonly text?: string;
    readonly bytes?: Uint8Array;
    readonly reading?: Promise<string>;
  };
  readonly terminal?: boolean;
  /** Whether stderr can erase. Default: false. */
  readonly canErase?: boolean;
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
  if (options.trusted !== false) trustConfigs(cwd, Object.keys(options.files ?? {}), options);
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

/** Trusts the configurations among these files of a folder, as they are now. */
export function trustConfigs(
  cwd: string,
  names: readonly string[],
  place: Pick<WorldOptions, 'env' | 'home'> = {},
): void {
  for (const name of names.filter((each) => each.startsWith('majordomo.config')))
    setTrust(join(cwd, name), readFileSync(join(cwd, name)), {
      env: place.env ?? {},
      home: place.home ?? cwd,
    });
}

function ioOf(cwd: string, options: WorldOptions, written: { out: string; err: string }): Io {
  const { env = {}, stdin = { kind: 'none' }, terminal = false, onOut } = options;
  const answers = [...(options.answers ?? [])];
  return {
    cwd,
    env,
    home: options.home ?? cwd,
    signal: options.signal ?? new AbortController().signal,
    becomeServer: () => undefined,
    onHangup: () => undefined,
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
      canErase: options.canErase ?? false,
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
