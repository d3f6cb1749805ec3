import type { CallEvent, Majordomo } from '@majordomo/core';
import { openSpec } from '../backends/open.ts';
import { openConfiguredLedger } from '../ledger/open-ledger.ts';
import { printFooter, type AnsweredResponse } from '../chat/footer.ts';
import { pair } from '../chat/pair.ts';
import { providersOf } from '../chat/providers-of.ts';
import { createStatus } from '../chat/status.ts';
import type { SpecAndPrompt } from '../chat/spec-and-prompt.ts';
import { loadSettings } from '../config/settings.ts';
import { EXIT, Stop, type ExitCode } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { withJsonErrors } from '../terminal/with-json-errors.ts';
import { writeJson } from '../terminal/write-json.ts';

/** Flags that `classify`, `embed`, `speak` and `transcribe` have in common. */
export interface OperationFlags {
  readonly model?: string;
  /** `key=value` pairs, sent to the vendor unchanged. */
  readonly option?: readonly string[];
  readonly json?: true;
  readonly quiet?: true;
}

/** Function that returns spec and prompt of a command line. `aliases`: names of the configuration. */
export type ParseArguments = (aliases: Readonly<Record<string, string>>) => SpecAndPrompt;

/** Response of an operation, and its forms in the output. */
interface OperationResult {
  readonly response: AnsweredResponse;
  /** Document that `--json` prints. */
  readonly document: object;
  /** Prints the response without `--json`. */
  readonly print: () => void;
  /** Facts in the line after the response, before its time. */
  readonly footer: readonly string[];
  /** Start of the request, by `performance.now()`. */
  readonly startedAt: number;
}

/** Model, prompt and options of a request. */
export interface OperationRequest {
  readonly majordomo: Majordomo;
  readonly spec: string;
  /** Text among the arguments, without the spec. */
  readonly prompt: string | undefined;
  /** Values of `--option`, by provider. */
  readonly extra: Readonly<Record<string, object>> | undefined;
  readonly options: { readonly signal: AbortSignal; readonly onEvent: (event: CallEvent) => void };
}

/**
 * Opens the spec's models and the ledger, runs the request, and prints the response in the requested format. Without a spec, uses the
 * alias that has the name of the command.
 */
export const runOperation = (
  command: string,
  parse: ParseArguments,
  flags: OperationFlags,
  io: Io,
  ask: (request: OperationRequest) => Promise<OperationResult>,
): Promise<ExitCode> => withJsonErrors(flags.json, io, () => operationOf(command, parse, flags, io, ask));

async function operationOf(
  command: string,
  parse: ParseArguments,
  flags: OperationFlags,
  io: Io,
  ask: (request: OperationRequest) => Promise<OperationResult>,
): Promise<ExitCode> {
  const options = Object.fromEntries((flags.option ?? []).map((each) => pair(each, '--option')));
  const settings = await loadSettings(io);
  const parsed = parse(settings.aliases);
  const spec = parsed.spec ?? (Object.hasOwn(settings.aliases, command) ? command : undefined);
  if (spec === undefined)
    throw new Stop(
      `no model is named; run majordomo ${command} -m <provider/model> …, or set \`aliases: { ${command}: '<provider/model>' }\` in majordomo.config`,
    );
  await using books = await openConfiguredLedger(settings, io);
  const { cwd, signal } = io;
  const { onEvent, clear } = createStatus(io.stderr);
  try {
    const majordomo = await openSpec(spec, settings, { cwd, signal, ledger: books?.ledger });
    const targets = await majordomo.resolve(spec, { signal });
    const extra =
      flags.option === undefined
        ? undefined
        : Object.fromEntries(providersOf(targets).map((id) => [id, options]));
    const asked = { majordomo, spec, prompt: parsed.prompt, extra, options: { signal, onEvent } };
    const { response, document, print, footer, startedAt } = await ask(asked);
    const seconds = `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
    if (flags.json === true) writeJson(io.stdout, document);
    else print();
    if (flags.json !== true && flags.quiet !== true) await printFooter(response, [...footer, seconds], io);
    return EXIT.ok;
  } finally {
    clear();
  }
}
