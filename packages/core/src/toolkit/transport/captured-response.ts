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
    return answer.ok ? new Response('{}', { headers: { 'content-type': 'application/json' } }) : answer;
  });
  if (answer === undefined) throw new TypeError('the SDK did not use the fetch that it was given');
  return answer;
}
