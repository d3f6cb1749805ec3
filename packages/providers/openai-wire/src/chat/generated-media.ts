import type { ImagePart } from '@majordomo/core';
import type { EventWriter } from '@majordomo/wire-kit';
import { bytesOfBase64, generatedAudio, generatedImage } from '@majordomo/wire-kit/internal';
import { asList, asRecord, asText } from '@majordomo/core/toolkit';

/** Collector of the images and the audio of a message. They are written at the end, because fragments of audio follow the text. */
export class GeneratedMedia {
  private audio = '';
  private hasAudio = false;
  private readonly urls: unknown[] = [];

  /** Reads `audio`. Returns the next fragment of its transcript. */
  readAudio(audio: unknown): string {
    const { data, transcript } = asRecord(audio);
    this.hasAudio = true;
    this.audio += asText(data) ?? '';
    return asText(transcript) ?? '';
  }

  /** Reads `images`: `[{ type: 'image_url', image_url: { url } }]` (OpenRouter and gateways, 2025-2026). */
  readImages(images: unknown): void {
    for (const image of asList(images)) this.readImage(image);
  }

  readImage(image: unknown): void {
    this.urls.push(asRecord(asRecord(image)['image_url'])['url'] ?? asRecord(image)['image_url']);
  }

  /** Writes the media, and a warning for an image or audio that has no valid bytes. */
  end(writer: EventWriter): void {
    for (const url of this.urls) {
      const image = imageOfDataUrl(url);
      if (image === undefined)
        writer.warning(dropped('image', 'it is not a data URL, and URLs are not fetched'));
      else writer.media(image);
    }
    if (!this.hasAudio) return;
    const bytes = bytesOfBase64(this.audio);
    if (bytes === undefined || bytes.length === 0) writer.warning(dropped('audio', 'it has no valid data'));
    else writer.media(generatedAudio(bytes));
  }
}

const dropped = (what: string, why: string) =>
  ({ action: 'dropped', what: `${what} in the response`, why }) as const;

/** Returns the image of a `data:` URL with base64, or `undefined` for any other URL. */
function imageOfDataUrl(url: unknown): ImagePart | undefined {
  const [, type, data] = (typeof url === 'string' && /^data:(image\/[\w.+-]+);base64,(.+)$/s.exec(url)) || [];
  const bytes = data === undefined ? undefined : bytesOfBase64(data);
  return bytes && generatedImage(bytes, type);
}
