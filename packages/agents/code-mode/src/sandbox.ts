import type { JsonObject, JsonValue } from '@majordomo/core';

/** Program that a sandbox runs. */
export interface Program {
  /** Body of an async function in JavaScript. */
  readonly code: string;
  /** Names of the functions of `tools`. A name may contain characters that are not allowed in identifiers. */
  readonly names: readonly string[];
  /** Maximum memory of the program, in bytes. */
  readonly memoryBytes: number;
  /** Signal that stops the program. */
  readonly signal: AbortSignal;
  /** Runs a tool. Rejects with an `Error` whose message is for the program. */
  readonly call: (name: string, args: JsonObject) => Promise<JsonValue>;
}

/** Result of a program. */
export interface ProgramResult {
  /** Value that the program returned. `null` if it returned nothing. */
  readonly value: JsonValue;
  /** Lines that the program wrote with `console.log`. */
  readonly output: string;
}

/**
 * Environment that runs code of a model in isolation: no network, files, environment or modules. The application decides whether it is
 * safe enough.
 */
export interface Sandbox {
  /**
   * Runs a program, in which `await tools.NAME(args)` runs a tool. Waits for calls that the program did not await. Rejects with an `Error` whose
   * message is for the model, and names the line or the limit. Rejects and stops the code when `signal` aborts. Programs share nothing.
   */
  run(program: Program): Promise<ProgramResult>;
}
