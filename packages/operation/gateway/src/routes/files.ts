import type { StoredFile } from '@majordomo/files';
import type { GatewayContext, RequestContext } from '../context.ts';
import { Refusal } from '../errors/refusal.ts';
import { filesOf, type CallerFiles } from '../files/caller-files.ts';
import { anthropicForms, geminiForms, isAnthropic, openaiForms, type FileForms } from '../files/forms.ts';
import { upload } from '../files/upload.ts';
import { isGemini } from '../gemini-generate/paths.ts';
import { shortened } from '../openai-responses/stored-items.ts';

/** Paths of one file, with groups for the id and the rest of the path. */
export const STORED_FILES: RegExp = /^\/v1\/files\/([^/]+)(\/content)?$/;

/** Returns the methods that the path of a file accepts. `part`: path after the id. */
export const fileMethods = (part: string | undefined): readonly string[] =>
  part === '/content' ? ['GET', 'HEAD'] : ['GET', 'HEAD', 'DELETE'];

/** Stores a file, or lists the files of the caller. */
export async function filesRoute(context: RequestContext, gateway: GatewayContext): Promise<Response> {
  const { request } = context;
  return withFiles(context, gateway, async (files, forms) => {
    if (request.method !== 'POST')
      return Response.json(forms.list(await files.list(), new URL(request.url).searchParams));
    return Response.json(forms.file(await upload(request, files, forms.purpose)));
  });
}

/** Returns, downloads or deletes a file of the caller. */
export async function storedFileRoute(
  context: RequestContext,
  gateway: GatewayContext,
  { id, part }: { readonly id: string; readonly part: string | undefined },
): Promise<Response> {
  return withFiles(context, gateway, async (files, forms) => {
    const missing = new Refusal('no-such-object', `No such File object: ${shortened(id)}`);
    const file = await files.get(id);
    if (file === undefined) throw missing;
    if (context.request.method === 'DELETE') {
      await files.delete(file);
      return Response.json(forms.deleted(id));
    }
    if (part === undefined) return Response.json(forms.file(file));
    const content = await files.contentOf(id);
    if (content === undefined) throw missing;
    return download(file, content);
  });
}

/** Returns content as an attachment that no browser shows, because clients choose its type. */
const download = ({ name, size }: StoredFile, content: Blob | ReadableStream<Uint8Array>): Response =>
  new Response(content instanceof Blob ? content.stream() : content, {
    headers: {
      'content-type': 'application/octet-stream',
      'content-length': String(size),
      'content-disposition': `attachment; filename*=UTF-8''${encodedName(name)}`,
      'x-content-type-options': 'nosniff',
    },
  });

/** Returns a name as the value of a header (RFC 8187), in which fewer characters are permitted than in a URL. */
const encodedName = (name: string): string =>
  encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/**
 * Responds with the files of the caller. The request counts as a call until its response begins. Refuses the request if the gateway
 * stores no files.
 */
export async function withFiles(
  context: RequestContext,
  gateway: GatewayContext,
  respond: (files: CallerFiles, forms: FileForms) => Promise<Response>,
): Promise<Response> {
  const files = filesOf(context, gateway);
  if (files === undefined)
    throw new Refusal(
      'no-such-route',
      'this gateway stores no files; its operator must set `files` of createGateway',
    );
  const { leave: release } = gateway.concurrency.enter();
  try {
    return await respond(files, formsOf(context.request));
  } finally {
    release();
  }
}

function formsOf(request: Request): FileForms {
  if (isGemini(request)) return geminiForms(new URL(request.url).origin);
  return isAnthropic(request) ? anthropicForms : openaiForms;
}
