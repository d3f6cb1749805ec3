import { styleText } from 'node:util';
import type { Output } from '../program/io.ts';

/** Name of a style. */
export type Style = Exclude<Parameters<typeof styleText>[0], readonly unknown[]>;
export type Paint = (style: Style | readonly Style[], text: string) => string;

/**
 * Returns a function that adds colors to a text, or returns the text unchanged if colors are not used. `styleText` must not validate
 * a stream, because `hasColor` has already decided for the right one.
 */
export const painter = ({ hasColor }: { readonly hasColor: boolean }): Paint =>
  hasColor
    ? (style, text) => styleText([style].flat(), text, { validateStream: false })
    : (_style, text) => text;

/** Matches directional marks, which can disguise a text, and control characters except line feeds and tabs. */
// eslint-disable-next-line no-control-regex
const STEERING = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

/** Removes characters that control the terminal, so that a model's text cannot control it. */
export const printable = (text: string): string => text.replace(STEERING, '');

/** Escapes control characters and directional marks in JSON without changing its value. */
export const printableJson = (json: string): string =>
  json.replace(STEERING, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Writes a line in a style, without characters that control the terminal. */
export const writeNote = (output: Output, text: string, style: Style = 'dim'): void =>
  output.write(`${painter(output)(style, printable(text))}\n`);

/** Text with styles. */
export interface Span {
  readonly text: string;
  readonly styles: readonly Style[];
}

/** Returns a text without styles. */
export const plainSpan = (text: string): Span => ({ text, styles: [] });
