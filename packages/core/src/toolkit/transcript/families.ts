/**
 * Who can read a replay token. `claude` on every platform that serves it with its signatures; Gemini by model line;
 * encrypted OpenAI reasoning only at the origin and account that issued it. One file, so that two packages that
 * serve the same family agree.
 */
export const CLAUDE_FAMILY = 'claude';

/** What a Gemini model signed; `modelLine` is its id without version and date. */
export const geminiFamily = (modelLine: string): string => `gemini/${modelLine}`;

/** What a model behind Amazon's Converse wire issued that is nobody else's: the id without region and version. */
export const converseFamily = (modelLine: string): string => `converse/${modelLine}`;

/** `account` is the organisation or, where unknown, the provider's id. */
export const responsesFamily = (vendor: 'openai' | 'xai', origin: string, account: string): string =>
  `${vendor}@${bare(origin)}#${account}`;

/**
 * Plain reasoning text of a chat wire: only its own issuer may see it again. `upstream`: whose model a gateway asked,
 * where its ids tell.
 */
export const chatReasoningFamily = (providerId: string, baseURL: string, upstream?: string): string =>
  `chat-reasoning@${bare(baseURL)}#${providerId}${upstream === undefined ? '' : `/${upstream}`}`;

/** Without userinfo and query: a token goes into transcripts, and they may hold a key. */
const bare = (url: string): string => url.replace(/\/\/[^/?#]*@/, '//').replace(/[?#].*$/, '');
