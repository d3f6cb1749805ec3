import type { Output } from '../program/io.ts';
import { printableJson } from './paint.ts';

/** Writes a JSON document, with escaped control characters. */
export function writeJson({ write }: Pick<Output, 'write'>, value: unknown): void {
  write(`${printableJson(JSON.stringify(value, undefined, 2))}\n`);
}

/** Writes one line of JSON. */
export function writeJsonLine({ write }: Pick<Output, 'write'>, value: unknown): void {
  write(`${printableJson(JSON.stringify(value))}\n`);
}
