import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openaiChat, startWireServer, type Step, type WireServer } from '@majordomo/conformance';
import { setTrust } from '../src/config/trust.ts';
import type { Io, Stdin } from '../src/program/io.ts';
import { main } from '../src/main.ts';

/** Exit code and output of a run of the command. */
export interface RunOutput {
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
  /** Whether stderr can erase text. `@default false` */
  readonly canErase?: boolean;
  /** Number of columns of a line. `@default Infinity` */
  readonly columns?: number;
  /** Answers of the user to prompts, in order. After the last answer, the user cancels. */
  readonly answers?: readonly string[];
  /** Home folder. Defaults to the working folder. */
  readonly home?: string;
  readonly signal?: AbortSignal;
  /** Returns the signal of the next turn of a conversation. */
  readonly turnSignal?: () => AbortSignal;
  /** Called with each string that is written to stdout. */
  readonly onOut?: (text: string) => void;
  /** Called with each string that is written to stderr. */
  readonly onErr?: (text: string) => void;
}

/** Temporary folder, and the command that runs in it within this process. */
export interface World {
  readonly cwd: string;
  run(...argv: string[]): Promise<RunOutput>;
  /** Runs the command in a subfolder. */
  runIn(folder: string, ...argv: string[]): Promise<RunOutput>;
  [Symbol.dispose](): void;
}

/** Creates a temporary folder with its files. The folder is deleted on disposal. */
export function world(options: WorldOptions = {}): World {
  const cwd = mkdtempSync(join(tmpdir(), 'majordomo-cli-'));
  for (const [name, content] of Object.entries(options.files ?? {})) writeFileSync(join(cwd, name), content);
  if (options.trusted !== false) trustConfigs(cwd, Object.keys(options.files ?? {}), options);
  const runIn = async (folder: string, ...argv: string[]): Promise<RunOutput> => {
    const output = { out: '', err: '' };
    const io = { ...ioOf(cwd, options, output), cwd: join(cwd, folder) };
    return { code: await main(argv, io), ...output };
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

/** Trusts the current content of the configurations among these files of a folder. */
export function trustConfigs(
  cwd: string,
  names: readonly string[],
  locations: Pick<WorldOptions, 'env' | 'home'> = {},
): void {
  for (const name of names.filter((each) => each.startsWith('majordomo.config')))
    setTrust(join(cwd, name), readFileSync(join(cwd, name)), {
      env: locations.env ?? {},
      home: locations.home ?? cwd,
    });
}

/** Returns the streams and the terminal of a command in a folder. Collects its output. */
export function ioOf(cwd: string, options: WorldOptions, output: { out: string; err: string }): Io {
  const { env = {}, stdin = { kind: 'none' }, terminal = false, onOut } = options;
  const answers = [...(options.answers ?? [])];
  return {
    cwd,
    env,
    home: options.home ?? cwd,
    signal: options.signal ?? new AbortController().signal,
    nodeVersion: process.versions.node,
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
      hasColor: false,
      canErase: false,
      write(piece) {
        const text = textOf(piece);
        output.out += text;
        onOut?.(text);
      },
    },
    stderr: {
      isTerminal: terminal,
      columns: Infinity,
      hasColor: false,
      canErase: options.canErase ?? false,
      write(piece) {
        const text = textOf(piece);
        output.err += text;
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

/** Returns bytes as characters with the same codes. */
const textOf = (piece: string | Uint8Array): string =>
  typeof piece === 'string' ? piece : Buffer.from(piece).toString('latin1');

/** Returns the environment in which `lab/…` is a vendor on 127.0.0.1. */
export const lab = ({ baseURL }: { readonly baseURL: string }): Readonly<Record<string, string>> => ({
  LLM_LAB: baseURL.replace('http://', 'openai+http://sk-test-of-the-lab@'),
});

/** Starts a vendor on 127.0.0.1 whose answers are `script`. */
export const serve = (...script: readonly Step[]): Promise<WireServer> =>
  startWireServer({ wire: openaiChat, script });
