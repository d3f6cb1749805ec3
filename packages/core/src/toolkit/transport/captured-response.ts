/**
 * Sends a request through an SDK without `asResponse`, by the `fetch` that it is given, and returns the raw response. The SDK
 * reads an empty JSON object instead. A response with an error status goes to the SDK, which makes its error of it.
 */
export async function capturedResponse(
  transport: typeof fetch,
  send: (fetch: typeof globalThis.fetch) => Promise<unknown>,
): Promise<Response> {
  let captured: Response | undefined;
  await send(async (url, init) => {
    captured = await transport(url, init);
    return captured.ok ? Response.json({}) : captured;
  });
  if (captured === undefined) throw new TypeError('the SDK did not use the fetch that it was given');
  return captured;
}
