import { fnv1a } from '../bytes/fnv.ts';

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
  `${vendor}@${digestOf(origin)}#${account}`;

/**
 * Plain reasoning text of a chat wire: only its own issuer may see it again. `upstream`: whose model a gateway asked,
 * where its ids tell.
 */
export const chatReasoningFamily = (providerId: string, baseURL: string, upstream?: string): string =>
  `chat-reasoning@${digestOf(baseURL)}#${providerId}${upstream === undefined ? '' : `/${upstream}`}`;

/**
 * A family as it is written now. Those in old transcripts hold the address itself, which stands for the same place; any other
 * is given back as it is.
 */
export const currentFamily = (family: string): string =>
  family.replace(/^(openai|xai|chat-reasoning)@([^#]*)(?=#)/, (whole, wire: string, place: string) =>
    DIGEST.test(place) ? whole : `${wire}@${digestOf(place)}`,
  );

/** Tokens go into transcripts, and transcripts to clients: the address is told apart there, and not told. */
const digestOf = (url: string): string => fnv1a(bare(url)).toString(16).padStart(8, '0');
const DIGEST = /^[\da-f]{8}$/;

/** Without userinfo and query: the same place, whatever key stands in its address. */
const bare = (url: string): string => url.replace(/\/\/[^/?#]*@/, '//').replace(/[?#].*$/, '');
