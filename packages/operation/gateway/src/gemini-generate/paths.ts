/** Methods of models that the gateway serves. */
export const GEMINI_METHODS: readonly string[] = ['generateContent', 'streamGenerateContent', 'countTokens'];

/** Method of a model in a path, such as `/v1/models/fast:generateContent`. */
export interface GeminiMethod {
  readonly model: string;
  readonly method: string;
}

/** Returns the model and the method of a path, or `undefined` for another path. `models/` before a name is ignored. */
export function geminiMethod(path: string): GeminiMethod | undefined {
  const [, name = '', method = ''] = /^\/v1(?:beta)?\/models\/(?:models\/)?(.+):(\w+)$/.exec(path) ?? [];
  return GEMINI_METHODS.includes(method) ? { model: name, method } : undefined;
}

/** Whether a request is of Gemini's API. Its SDK uses some paths of the clients of OpenAI, for the list of models and for files. */
export function isGemini({ url, headers }: Request): boolean {
  const path = new URL(url).pathname;
  if (/^\/(?:v1beta|upload)\//.test(path) || geminiMethod(path) !== undefined) return true;
  return /^\/v1\/(?:models|files)(?:\/|$)/.test(path) && headers.has('x-goog-api-key');
}

/** Returns the id in the name or URI of a file that the gateway stores, such as `files/file-…`, or `undefined` for another URI. */
export const storedFileId = (uri: string): string | undefined =>
  /^(?:https?:\/\/[^?#]*\/)?files\/(file-[0-9a-f]{32})$/.exec(uri)?.[1];
