import { createMajordomo, type ImagePart } from '@majordomo/core';
import { expect, it } from 'vitest';
import { fakeProvider } from '../src/index.ts';

const imageOf = (byte: number): ImagePart => ({
  type: 'image',
  mediaType: 'image/png',
  bytes: Uint8Array.of(byte),
});

it('a fake image model streams the images of its turn, and returns the last one', async () => {
  const provider = fakeProvider({ id: 'fake', models: { m: [{ images: [imageOf(1), imageOf(2)] }] } });
  const events = [];
  for await (const event of createMajordomo({ providers: [provider] })
    .imageModel('fake/m')
    .stream({ prompt: 'a cat' }))
    events.push(event);
  expect(events).toMatchObject([
    { type: 'partial', index: 0, image: imageOf(1) },
    { type: 'done', response: { images: [imageOf(2)] } },
  ]);
});

it('a fake transcription model streams its transcript in words', async () => {
  const provider = fakeProvider({ id: 'fake', transcriptions: { m: ['Hello over there.'] } });
  const model = createMajordomo({ providers: [provider] }).transcriptionModel('fake/m');
  const texts = [];
  for await (const event of model.stream({ audio: Uint8Array.of(1), mediaType: 'audio/mpeg' }))
    texts.push(event.type === 'delta' ? event.text : event.type);
  expect(texts).toEqual(['Hello ', 'over ', 'there.', 'done']);
});
