/**
 * Lets an SDK build and send a request through `transport`, and gives the raw response to us instead: the SDK reads an
 * empty JSON object. A response that is not ok goes to the SDK, which makes its error of it.
 */
export async function capturedResponse(
  transport: typeof fetch,
  send: (fetch: typeof globalThis.fetch) => Promise<unknown>,
): Promise<Response> {
  let answer: Response | undefined;
  await send(async (url, init) => {
    answer = await transport(url, init);
    return answer.ok ? (standIn ??= emptyObject()) : answer;
  });
  if (answer === undefined) throw new TypeError('the SDK did not use the fetch that it was given');
  return answer;
}

let standIn: Response | undefined;

/** Can be read again and again: a new one with a body would be 5 % of a call. SDKs want a stream, and begin no reading. */
function emptyObject(): Response {
  const { body } = new Response('{}');
  return Object.defineProperties(new Response(null, { headers: { 'content-type': 'application/json' } }), {
    body: { value: body },
    json: { value: () => Promise.resolve({}) },
    text: { value: () => Promise.resolve('{}') },
  });
}
