import type { GatewayContext, RequestContext } from '../context.ts';
import { Refusal } from '../errors/refusal.ts';
import { CallerFiles } from '../files/caller-files.ts';
import { geminiForms } from '../files/forms.ts';
import type { StartedUpload } from '../files/resumable-uploads.ts';
import { jsonBody, type BodyLimits } from '../parsing/body.ts';
import { integer, invalid, object, string, type Parser } from '../parsing/fields.ts';
import { mediaTypeIn } from '../parsing/media.ts';
import { withFiles } from './files.ts';

/** Paths to which Gemini's clients upload files. */
export const UPLOADS: RegExp = /^\/upload\/v1(?:beta)?\/files$/;

/** Limits of the JSON that starts an upload. A body of this size does not count towards the limit of all bodies. */
const START_LIMITS: BodyLimits = { maxBytes: 65_536, maxElements: 100, hold: () => undefined };

/** Starts an upload, or receives a part of its content. */
export async function geminiUploadRoute(context: RequestContext, gateway: GatewayContext): Promise<Response> {
  const { request, caller } = context;
  const { headers, url } = request;
  return withFiles(context, gateway, async (files) => {
    const commands = (headers.get('x-goog-upload-command') ?? '').split(',').map((each) => each.trim());
    if (commands.includes('start')) return start(request, files);
    if (!commands.includes('upload') && !commands.includes('finalize'))
      return invalid('X-Goog-Upload-Command', 'must be start, upload or finalize');
    const { searchParams, origin } = new URL(url);
    // A missing header becomes NaN, which is refused, because `Number(null)` is 0.
    const offset = integer(0)(
      Number(headers.get('x-goog-upload-offset') ?? Number.NaN),
      'X-Goog-Upload-Offset',
    );
    // The upload continues after this request, so its files need a signal that does not abort with the request.
    const lastingFiles = new CallerFiles(files.settings, gateway, caller, new AbortController().signal);
    const isLast = commands.includes('finalize');
    const stored = await gateway.resumable.append(startedIn(searchParams), request, lastingFiles, {
      offset,
      isLast,
    });
    const json = stored === undefined ? {} : { file: geminiForms(origin).file(stored) };
    return Response.json(json, { headers: { 'x-goog-upload-status': isLast ? 'final' : 'active' } });
  });
}

/** Returns the address to which the client sends the content. It contains the facts about the file, so any process can receive it. */
async function start(request: Request, files: CallerFiles): Promise<Response> {
  const { headers, url } = request;
  if (headers.get('x-goog-upload-protocol') !== 'resumable')
    return invalid('X-Goog-Upload-Protocol', 'must be resumable');
  const body = object(await jsonBody(request, START_LIMITS), '');
  const file = body.optional('file', object);
  if (file?.isSet('name') === true) invalid('file.name', 'is not supported, because the gateway names files');
  const sizeName = 'X-Goog-Upload-Header-Content-Length';
  const size = integer(0)(Number(headers.get(sizeName) ?? Number.NaN), sizeName);
  const { maxBytes } = files.settings;
  if (size > maxBytes) throw new Refusal('too-large', `the file must not be larger than ${maxBytes} bytes`);
  const mediaType =
    file?.optional('mimeType', mediaTypeField) ?? typeIn(headers, 'X-Goog-Upload-Header-Content-Type');
  const name = file?.optional('displayName', string) ?? headers.get('x-goog-upload-file-name');
  // Refuses a file that the limits do not permit before its content is sent. The request with the content makes the reservation.
  await files.check(size);
  // Omits the query, which may contain the key of the client.
  const address = new URL(new URL(url).pathname, url);
  const facts = {
    upload_id: crypto.randomUUID(),
    size: String(size),
    ...(mediaType !== undefined && { type: mediaType }),
    name: name ?? '',
  };
  for (const [key, value] of Object.entries(facts)) address.searchParams.set(key, value);
  const started = { 'x-goog-upload-url': address.href, 'x-goog-upload-status': 'active' };
  return Response.json({}, { headers: started });
}

function startedIn(query: URLSearchParams): StartedUpload {
  const id = query.get('upload_id') ?? invalid('upload_id', 'is missing; start the upload first');
  const size = integer(0)(Number(query.get('size') ?? Number.NaN), 'size');
  return { id, size, mediaType: typeIn(query, 'type'), name: query.get('name') ?? '' };
}

const mediaTypeField: Parser<string> = (value, path) =>
  mediaTypeIn(string(value, path)) ??
  invalid(path, 'must be a media type, such as application/pdf; omit it if it is unknown');

function typeIn(values: Headers | URLSearchParams, name: string): string | undefined {
  const value = values.get(name);
  return value === null ? undefined : mediaTypeField(value, name);
}
