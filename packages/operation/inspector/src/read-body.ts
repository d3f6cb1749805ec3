import { Refusal } from './answers.ts';

/** Default maximum length of a body, in characters. */
const MAX_BODY_LENGTH = 2000;

/** Reads a JSON body. Requires the content type of JSON, which a form on another site cannot send without a preflight request. */
export async function readBody(request: Request, maxLength: number = MAX_BODY_LENGTH): Promise<unknown> {
  if (!(request.headers.get('content-type') ?? '').startsWith('application/json'))
    throw new Refusal(415, 'content-type: must be application/json');
  const text = await textOf(request, maxLength);
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'body: must be JSON');
  }
}

async function textOf({ body }: Request, maxLength: number): Promise<string> {
  if (body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > maxLength)
      throw new Refusal(413, `body: longer than the maximum of ${maxLength} characters; shorten it`);
  }
  return text;
}
