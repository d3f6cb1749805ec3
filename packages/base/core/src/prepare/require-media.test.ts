import { expect, it } from 'vitest';
import { audio, file, image, type ImagePart, toolResult, type TurnMessage, user } from '../index.ts';
import type { Capabilities } from '../types/provider.ts';
import { requireMedia } from './fit-request.ts';

const hi = user('hi');
const one = new Uint8Array(1);
const png = image(one);
const pdf = file(one, 'application/pdf');
const csv = file(one, 'text/csv');
const wav = audio(one, 'audio/wav');
const imageResult = (...content: ImagePart[]): TurnMessage => toolResult({ callId: '1', name: 't', content });

const requiring = (messages: readonly TurnMessage[], capabilities: Capabilities) => (): void => {
  requireMedia(messages, capabilities, 'a/x');
};

it.each<[string, readonly TurnMessage[], Capabilities]>([
  ['images', [user('see', png), hi], { images: false }],
  ['images', [hi, imageResult(), imageResult(png), hi], { images: false, files: ['text/csv'] }],
  ['files of type text/csv', [hi, user('see', csv)], { files: false, audio: ['audio/wav'] }],
  ['files of type text/csv', [user(pdf, csv)], { files: ['application/pdf'] }],
  ['audio of type audio/wav', [user('hear', wav)], { files: ['audio/wav'], audio: false }],
  ['audio of type audio/wav', [hi, user(wav)], { audio: ['audio/mpeg'] }],
])('rejects %s for a target without support', (what, messages, capabilities) => {
  expect(requiring(messages, capabilities)).toThrow(
    expect.objectContaining({
      kind: 'unsupported',
      message: expect.stringContaining(`a/x does not accept ${what}`),
    }),
  );
});

it.each<[string, readonly TurnMessage[], Capabilities]>([
  ['with unknown capabilities', [user(png, csv, wav), imageResult(png)], {}],
  ['that accepts the file', [user(pdf)], { images: false, files: ['application/pdf'], audio: false }],
  ['that accepts only images', [user(png), imageResult(png)], { files: false, audio: false }],
  ['that accepts audio', [user(wav)], { images: false, files: false, audio: ['audio/wav'] }],
])('accepts a target %s', (_, messages, capabilities) => {
  expect(requiring(messages, capabilities)).not.toThrow();
});
