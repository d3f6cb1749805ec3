import type { Output } from './io.ts';
import { printableJson } from './paint.ts';

/** A document of JSON. What would steer a terminal is escaped, to a pipe as well: the value is the same. */
export function writeJson({ write }: Pick<Output, 'write'>, value: unknown): void {
  write(`${printableJson(JSON.stringify(value, undefined, 2))}\n`);
}

/** One line of JSON of several. */
export function writeJsonLine({ write }: Pick<Output, 'write'>, value: unknown): void {
  write(`${printableJson(JSON.stringify(value))}\n`);
}
