import type { SpawnOptions } from 'node:child_process';

/** Runs a program and returns what it printed. Throws with its output if it fails, or takes more than `timeout`, by default three minutes. */
export function run(
  command: string,
  args: readonly string[],
  options?: Omit<SpawnOptions, 'stdio'>,
): Promise<string>;
