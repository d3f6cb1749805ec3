import type { ImagePart, ImageRequest, ImageResponse } from '@majordomo/core';
import { definedMembers, sniffMediaType, toBase64 } from '@majordomo/core/toolkit';
import { jsonBody } from '../parsing/body.ts';
import { integer, invalid, nonEmptyString, object, oneOf, string, type Fields } from '../parsing/fields.ts';
import { formBody, formFields } from '../parsing/form.ts';
import { Notes } from '../parsing/notes.ts';
import { nowInSeconds } from '../response/seconds.ts';
import { jsonResult, type ParsedOperation, type ParseOperation } from './operation.ts';

/** Maximum of `n` in OpenAI's API. */
const MAX_IMAGES = 10;
/** Key of `ImageRequest.extra` for the images wire. */
const WIRE = 'openai-images';
/** Settings with a string value that only the images wire has. */
const TEXT_SETTINGS = [
  'quality',
  'background',
  'output_format',
  'moderation',
  'style',
  'input_fidelity',
] as const;
/** Fields of a form that may appear only once. */
const ONCE: readonly string[] = ['model', 'prompt', 'n', 'size', 'mask', 'response_format', 'stream', 'user'];
const INPUTS: readonly string[] = ['image', 'image[]'];

/** Parses `POST /v1/images/generations`. */
export const parseGenerations: ParseOperation = async (request, limits) => {
  const body = object(await jsonBody(request, limits), '');
  return operationOf(body, {});
};

/** Parses `POST /v1/images/edits`, whose body is a form. */
export const parseEdits: ParseOperation = async (request, limits) => {
  const form = await formBody(request, limits);
  const fields = formFields(form, ONCE, [...INPUTS, 'mask']);
  const images = await Promise.all(
    INPUTS.flatMap((field) => form.getAll(field)).map((file) => imageOf(file, 'image')),
  );
  if (images.length === 0) invalid('image', 'is missing; it must be an image');
  const mask = form.get('mask');
  return operationOf(withTypes(fields), {
    images,
    mask: mask === null ? undefined : await imageOf(mask, 'mask'),
  });
};

/** Converts number fields and the boolean field of a form from strings. Returns invalid values unchanged for the parser. */
const withTypes = ({ value }: Fields): Fields =>
  object(
    Object.fromEntries(
      Object.entries(value).map(([name, text]) => {
        if (['n', 'output_compression', 'partial_images'].includes(name) && /^-?\d+$/.test(String(text)))
          return [name, Number(text)];
        return [name, name === 'stream' && (text === 'true' || text === 'false') ? text === 'true' : text];
      }),
    ),
    '',
  );

async function imageOf(file: string | File, field: string): Promise<ImagePart> {
  if (typeof file === 'string') return invalid(field, 'must be a file, not a string');
  const bytes = new Uint8Array(await file.arrayBuffer());
  const mediaType = sniffMediaType(bytes) ?? file.type;
  return mediaType.startsWith('image/')
    ? { type: 'image', mediaType, bytes }
    : invalid(field, 'must be an image');
}

function operationOf(body: Fields, inputs: Pick<ImageRequest, 'images' | 'mask'>): ParsedOperation {
  const notes = new Notes();
  if (body.optional('stream', (value) => value) === true)
    invalid('stream', 'is not supported, because one response contains all images; omit it');
  const model = body.required('model', nonEmptyString);
  const asUrl = body.optional('response_format', oneOf('url', 'b64_json')) === 'url';
  if (asUrl)
    notes.coerced('response_format url', 'this gateway stores no images; the URL contains the image');
  const settings = definedMembers({
    ...Object.fromEntries(TEXT_SETTINGS.map((name) => [name, body.optional(name, string)])),
    output_compression: body.optional('output_compression', integer(0, 100)),
  });
  const image: ImageRequest = {
    ...inputs,
    prompt: body.required('prompt', nonEmptyString),
    n: body.optional('n', integer(1, MAX_IMAGES)),
    size: body.optional('size', sizeOf),
    extra: { [WIRE]: settings },
  };
  const user = body.optional('user', string);
  // Comes last, because `body` records which members were parsed.
  notes.unparsedInBody(body);
  return {
    model,
    metadata: user === undefined ? undefined : { user },
    notes: notes.all,
    async run(majordomo, spec, options) {
      const result = await majordomo.imageModel(spec).generate(image, options);
      return jsonResult(imagesBody(result, asUrl), result);
    },
  };
}

function sizeOf(value: unknown, path: string): ImageRequest['size'] {
  const size = string(value, path);
  if (size === 'auto') return undefined;
  return isSize(size) ? size : invalid(path, `must be auto, or width and height such as 1024x1024`);
}

const isSize = (size: string): size is NonNullable<ImageRequest['size']> =>
  /^[1-9]\d{0,4}x[1-9]\d{0,4}$/.test(size);

function imagesBody({ images, usage }: ImageResponse, asUrl: boolean): object {
  const { input, output, details } = usage ?? {};
  return {
    created: nowInSeconds(),
    data: images.map(({ mediaType, bytes }) => {
      const base64 = toBase64(bytes);
      return asUrl ? { url: `data:${mediaType};base64,${base64}` } : { b64_json: base64 };
    }),
    // Omit unknown usage, because 0 would mean that the call was free.
    ...(input !== undefined &&
      output !== undefined && {
        usage: {
          input_tokens: input,
          output_tokens: output,
          total_tokens: input + output,
          input_tokens_details: {
            image_tokens: details?.inputImage ?? 0,
            text_tokens: input - (details?.inputImage ?? 0),
          },
        },
      }),
  };
}
