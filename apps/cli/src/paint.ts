import { styleText } from 'node:util';

/** The name of one look. */
export type Style = Exclude<Parameters<typeof styleText>[0], readonly unknown[]>;
export type Paint = (style: Style | readonly Style[], text: string) => string;

/** Colours, or the text as it is. */
export const painter = ({ colour }: { readonly colour: boolean }): Paint =>
  colour
    ? (style, text) => styleText([style].flat(), text, { validateStream: false })
    : (_style, text) => text;

/**
 * Control characters but line feeds and tabs, and what turns the direction of a text around, which shows another text than
 * is there.
 */
// eslint-disable-next-line no-control-regex
const STEERING = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

/** Without them: what a model says must not steer the terminal. */
export const printable = (text: string): string => text.replace(STEERING, '');

/** JSON with them escaped, where JSON itself would let them through; it means the same. */
export const printableJson = (json: string): string =>
  json.replace(STEERING, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
