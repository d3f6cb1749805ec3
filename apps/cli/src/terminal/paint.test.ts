import { expect, it } from 'vitest';
import { printable, printableJson } from './paint.ts';

const STEERING = ['\u001B[2J', '\u009B2J', '\u009D52;c;x\u0007', '\u202Eevil', '\u2066x\u2069', '\u200Fx'];

it.each(STEERING)('%j does not reach a terminal', (text) => {
  expect(printable(`a${text}b\n\tc`)).toMatch(/^a[\w[;]*b\n\tc$/);
  const json = JSON.stringify({ text }, undefined, 2);
  expect(printableJson(json)).toMatch(/^[\x20-\x7E\n]*$/);
  expect(JSON.parse(printableJson(json))).toEqual({ text });
});

it('preserves letters of every language, emoji and their joiners', () => {
  const text = 'čeština, 日本語, עברית, نص, 👩‍🚀 — “quoted”';
  expect([printable(text), printableJson(text)]).toEqual([text, text]);
});
