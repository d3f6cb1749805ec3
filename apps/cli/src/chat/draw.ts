import { extname } from 'node:path';
import { toJson, type ImageModel } from '@majordomo/core';
import { checkWritable, writeOutput } from '../files/output-file.ts';
import { EXIT, Stop, type ExitCode } from '../program/exit.ts';
import type { Io } from '../program/io.ts';
import { writeNote } from '../terminal/paint.ts';
import { attachment } from './attachments.ts';
import type { ChatFlags } from './flags.ts';
import { writeJson } from '../terminal/write-json.ts';

/** Implements `--image cat.png`. Writes the first image to `cat.png`, the second to `cat-2.png`, and so on. */
export async function draw(
  model: ImageModel,
  prompt: string,
  { image: path = 'image.png', file = [], json, quiet }: ChatFlags,
  io: Io,
): Promise<ExitCode> {
  const parts = await Promise.all(file.map((name) => attachment(name, io.cwd)));
  const images = parts.filter((part) => part.type === 'image');
  // If every part is an image, the index is -1, and `other` is `undefined`.
  const other = file[parts.findIndex((part) => part.type !== 'image')];
  if (other !== undefined) throw new Stop(`${other} is not an image; with --image, attach only images`);
  await checkWritable(path, '--image', io.cwd);
  const response = await model.generate(
    { prompt, ...(images.length > 0 && { images }) },
    { signal: io.signal },
  );
  const files = response.images.map((_image, index) => numbered(path, index));
  await Promise.all(
    response.images.map(({ bytes }, index) => writeOutput(files[index] ?? path, bytes, io.cwd)),
  );
  const { target, usage, warnings, attempts } = response;
  if (json === true) {
    const document = { target, files, usage, warnings: toJson(warnings), attempts };
    writeJson(io.stdout, document);
  } else {
    for (const name of files) io.stdout.write(`${name}\n`);
    if (quiet !== true) writeNote(io.stderr, target);
  }
  return EXIT.ok;
}

function numbered(path: string, index: number): string {
  if (index === 0) return path;
  const ending = extname(path);
  return `${path.slice(0, path.length - ending.length)}-${index + 1}${ending}`;
}
