import { openaiChat, startWireServer, type Script, type WireServer } from '@majordomo/conformance';
import { onTestFinished } from 'vitest';
import type { ExitCode } from '../src/program/exit.ts';
import { main } from '../src/main.ts';
import { folder } from './built.ts';
import { collectOutput, type Output } from './output.ts';
import { ioOf } from './world.ts';

/** Command that runs in this process, such as a server. */
export interface Started extends Output {
  readonly exitCode: Promise<ExitCode>;
  /** Ends the command, as Ctrl-C and SIGTERM do, and returns its exit code. */
  stop(): Promise<ExitCode>;
  /** Makes the command reload its files, as SIGHUP does. */
  reload(): void;
}

/** Starts the command in this process. It ends with the test. */
export function started(
  argv: readonly string[],
  {
    cwd = folder(),
    env = {},
  }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Started {
  const control = new AbortController();
  let settle: (code: ExitCode | Promise<ExitCode>) => void = () => undefined;
  const exitCode = new Promise<ExitCode>((resolve) => (settle = resolve));
  const { output, addOut, addErr } = collectOutput(exitCode);
  let reload = (): void => undefined;
  const io = ioOf(cwd, { env, signal: control.signal, onOut: addOut, onErr: addErr }, { out: '', err: '' });
  const onHangup = (given: () => void): void => {
    reload = given;
  };
  settle(main(argv, { ...io, onHangup }));
  const stop = (): Promise<ExitCode> => {
    control.abort();
    return exitCode;
  };
  onTestFinished(async () => void (await stop()));
  return {
    ...output,
    exitCode,
    stop,
    reload: () => {
      reload();
    },
  };
}

/** Starts a vendor on 127.0.0.1, which ends with the test. */
export async function startVendor(script: Script = () => 'Hello.'): Promise<WireServer> {
  const server = await startWireServer({ wire: openaiChat, script });
  onTestFinished(() => server.close());
  return server;
}

/** Opens the inspector at its address with a token, and returns the cookie for later requests. */
export async function inspectorCookie(address: string): Promise<string> {
  const entered = await fetch(address, { redirect: 'manual' });
  return (entered.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

/** Runs `keys create`, and returns the secret of the key. */
export const createdKey = (
  argv: readonly string[],
  options?: Parameters<typeof started>[1],
): Promise<string> => started(['keys', 'create', ...argv], options).outputMatching(/(mj_[\w-]{43})/);
